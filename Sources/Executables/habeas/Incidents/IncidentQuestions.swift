import FoundationEssentials
import Rights

/// Asks a person for what has to be said of an incident, a line each, on the terminal. What is left empty is not said.
struct IncidentQuestions {
    private enum Form {
        case text, words, number, clients
    }

    private static let first: [(key: String, form: Form, question: String)] = [
        ("incident_ref", .text, "Your own reference of the incident"),
        ("discovered_at", .text, "Discovered at (2026-11-27T18:00:00+01:00)"),
        ("aware_at", .text, "Aware of it since"), ("nature", .text, "What has happened"),
        ("categories", .words, "Categories of data, comma between them"),
        ("risk", .text, "Risk: unlikely, risk or high"),
        ("systems", .words, "Systems of the data map, comma between them"),
        ("affected", .clients, "Affected clients, as id or id=people, comma between them"),
        ("consequences", .text, "Likely consequences"), ("measures", .text, "Measures taken and planned"),
        ("contact", .text, "Contact point"),
    ]
    private static let later: [(key: String, form: Form, question: String)] = [
        ("incident_ref", .text, "Your own reference of the incident"),
        ("phase", .number, "Phase, above the one before"),
        ("nature", .text, "What has happened, if that has changed"), ("risk", .text, "Risk, if it has changed"),
        ("affected", .clients, "Further clients, or new numbers, as id or id=people, comma between them"),
        ("consequences", .text, "Likely consequences, if they have changed"),
        ("measures", .text, "Measures, if they have changed"),
    ]

    static func detected() throws -> IncidentFile { try IncidentFile(ask(first), path: "your answers") }
    static func updated() throws -> IncidentFile { try IncidentFile(ask(later), path: "your answers") }

    private static func ask(_ questions: [(key: String, form: Form, question: String)]) throws -> [(String, JSONValue)]
    {
        var members: [(String, JSONValue)] = []
        for (key, form, question) in questions {
            StandardError.write("\(question): ")
            guard let line = readLine(strippingNewline: true) else {
                throw Failure("standard input", "ended before the last answer", "answer every question, or give --file")
            }
            let answer = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            guard !answer.isEmpty else { continue }
            members.append((key, value(answer, form)))
        }
        return members
    }

    private static func value(_ answer: String, _ form: Form) -> JSONValue {
        let parts = answer.split(separator: ",").map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        return switch form {
        case .text: .string(answer)
        case .words: JSONValue(parts.filter { !$0.isEmpty })
        case .number: Int(answer).map { .integer($0) } ?? .string(answer)
        case .clients:
            .array(
                parts.filter { !$0.isEmpty }.map { part in
                    let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
                    guard pair.count == 2 else { return ["client": .string(part)] }
                    let people: JSONValue = Int(pair[1]).map { .integer($0) } ?? .string(pair[1])
                    return ["client": .string(pair[0]), "subjects_approx": people]
                }
            )
        }
    }
}
