package import FoundationEssentials
import Rights

/// What a processor says against a request, in the `error` wrapper or, as some write it, without.
///
/// The words are the peer's: they are looked at, and neither logged nor stored.
package struct OpenDSRFault: Sendable, Hashable, Redacting {
    package struct Detail: Sendable, Hashable {
        package var domain: String?
        package var reason: String?
        package var message: String?

        package init(domain: String?, reason: String?, message: String?) {
            self.domain = domain
            self.reason = reason
            self.message = message
        }
    }

    package var code: Int?
    package var message: String?
    package var details: [Detail] = []
    package var isBare = false
    /// The request that is under way in place of this one, where one is named.
    package var other: UUID?

    package init(code: Int, message: String, details: [Detail] = []) {
        self.code = code
        self.message = message
        self.details = details
    }

    /// Nil for what is no JSON object.
    package init?(reading body: [UInt8]) {
        guard let outer = OpenDSRFields(body) else { return nil }
        let inner = outer.section("error")
        let fields = inner ?? outer
        isBare = inner == nil
        code = fields.number("code")
        message = fields.text("message")
        details = (fields.sections("errors") ?? []).map {
            Detail(domain: $0.text("domain"), reason: $0.text("reason"), message: $0.text("message"))
        }
        other = outer.id("subject_request_id") ?? fields.id("subject_request_id")
    }

    package var bytes: [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.object { outer in
            if isBare { return write(to: &outer) }
            outer.key("error")
            outer.object { write(to: &$0) }
        }
        return writer.bytes
    }

    private func write(to body: inout JSONWriter) {
        body.member("code", code)
        body.member("message", message)
        guard !details.isEmpty else { return }
        body.key("errors")
        body.array(details) { list, detail in
            list.object {
                $0.member("domain", detail.domain)
                $0.member("reason", detail.reason)
                $0.member("message", detail.message)
            }
        }
    }

    /// Whether the request is known there: ours, of an attempt whose answer was lost.
    package var saysExists: Bool {
        let words = [message] + details.flatMap { [$0.reason, $0.message] }
        return words.compactMap { $0?.lowercased() }.contains { word in
            ["already exist", "already_exist", "alreadyexist", "duplicate"].contains { word.contains($0) }
        }
    }
}
