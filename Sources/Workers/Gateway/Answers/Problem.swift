import HTTPTypes
import Rights

/// Why a request is not answered as it asks: RFC 9457, with the field that is at fault, what is wrong with it and what to do. It never
/// holds a value that was sent.
struct Problem: Error, Sendable {
    let kind: ProblemKind
    /// A header, a parameter or a path of members of the body.
    let field: String?
    /// What is wrong there, as the rest of a sentence.
    let fault: String
    let remedy: String
    /// A code for programs, where the kind alone does not say what stands in the way.
    var reason: String?
    var headers: HTTPFields = [:]

    init(_ kind: ProblemKind, _ field: String? = nil, _ fault: String, _ remedy: String, reason: String? = nil) {
        self.kind = kind
        self.field = field
        self.fault = fault
        self.remedy = remedy
        self.reason = reason
    }

    /// One answer for what does not exist and for what is another client's: nobody can find out which.
    static var notFound: Problem {
        Problem(.notFound, "path", "names nothing that this token may see", "take the id from a list or a message")
    }

    /// - Parameter seconds: when it is worth trying again.
    static func unavailable(_ fault: String, after seconds: Int = 5) -> Problem {
        var problem = Problem(
            .unavailable,
            nil,
            fault,
            "repeat the same request, with the same Idempotency-Key, after the time in Retry-After"
        )
        problem.headers[.retryAfter] = String(seconds)
        return problem
    }

    var answer: Answer {
        var writer = JSONWriter(capacity: 512)
        writer.object { body in
            body.member("type", kind.type)
            body.member("title", kind.title)
            body.member("status", kind.status)
            body.member("detail", [field, fault].compactMap(\.self).joined(separator: ": ") + "; " + remedy)
            body.member("field", field)
            body.member("fault", fault)
            body.member("remedy", remedy)
            body.member("reason", reason)
        }
        var answer = Answer(kind.status, writer.bytes, type: "application/problem+json")
        answer.headers.append(contentsOf: headers)
        return answer
    }
}

extension Problem {
    /// What intake would refuse the event for, said of the body that it was made of.
    init(_ fault: EventFault) {
        let path = fault.field.hasPrefix("data.") ? String(fault.field.dropFirst("data.".count)) : fault.field
        self.init(
            .invalidField,
            path,
            "is refused: \(fault.fault.rawValue)",
            fault.remedy,
            reason: fault.fault.rawValue
        )
    }
}
