package import Foundation
package import Ledger
package import Rights
import Testing

/// One event whose personal fields hold the canary.
package struct CanaryEvent {
    package let type: EventType
    private let data: [String: Any]

    /// Members that name no person: ids and references, closed lists, times, numbers in words, sealed parts.
    private static let impersonal: Set<String> = [
        "request_ref", "request", "incident_ref", "hold_ref", "complaint_ref", "task", "notice", "reference", "client",
        "channel",
        "submitted_by", "relationship", "right", "opt_out_of", "format", "regulation", "country", "locale", "type",
        "outcome", "mode",
        "level", "decision", "answer_by", "risk", "from", "currency",
    ]

    package init(_ type: EventType, example: Data, _ canary: Canary, sealedFor key: ReceiverKey) throws {
        self.type = type
        // The lists of an incident's people, in the place of the example's.
        let list = try key.seal(Array(#"[{"type":"email","value":"\#(canary.email)"}]"#.utf8))
        let text = String(decoding: example, as: UTF8.self)
            .replacing(/"identities": "eyJ[^"]*"/, with: #""identities": "\#(list)""#)
        let envelope = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let filled = try #require(Self.filled(envelope["data"] as Any, "data", canary) as? [String: Any])
        var data = filled
        if type == .requestSubmitted {
            // Referred, so that later events find their case open.
            for member in ["instructed_by", "instructed_at"] { data[member] = nil }
            data["submitted_by"] = "authorised_agent"
            data["subjects"] = [
                [
                    "identities": [
                        ["type": "email", "value": canary.email], ["type": "phone", "value": canary.phone],
                        ["type": "name", "value": canary.name], ["type": "social_handle", "value": "@" + canary.word],
                        ["type": "controller_customer_id", "value": canary.word],
                    ],
                    "contact": ["email": canary.email, "name": canary.name],
                ]
            ]
        }
        self.data = data
    }

    private static func filled(_ value: Any, _ member: String, _ canary: Canary) -> Any {
        switch value {
        case let object as [String: Any]:
            var copy = object
            for (name, inner) in object where !impersonal.contains(name) { copy[name] = filled(inner, name, canary) }
            return copy
        case let list as [Any]: return list.map { filled($0, member, canary) }
        case let text as String:
            if text.wholeMatch(of: /\d{4}-\d\d-\d\dT.*/) != nil { return text }
            if text.hasPrefix("eyJ") { return text }
            if member == "results" { return "https://files.example.net/\(canary.word)" }
            if member == "endpoint" { return "https://import.example.net/\(canary.word)" }
            if member == "reason", text == "no_answer" { return text }
            if member == "by", text == "subject" { return text }
            return text.contains("@") ? canary.email : canary.name
        default: return value
        }
    }

    /// The event as JSON, about the case of that reference.
    package func body(about reference: String) -> [UInt8] { body(data(about: reference)) }

    private func data(about reference: String) -> [String: Any] {
        var data = data
        if data["request"] != nil || data["request_ref"] != nil || type == .requestSubmitted {
            data["request"] = nil
            data["request_ref"] = reference
        }
        for name in ["incident_ref", "complaint_ref", "hold_ref"] where data[name] != nil { data[name] = reference }
        return data
    }

    private func body(_ data: [String: Any]) -> [UInt8] {
        let envelope: [String: Any] = [
            "specversion": "1.0", "id": UUID().uuidString, "source": "/desk/eu", "type": type.name, "data": data,
        ]
        let text = try? JSONSerialization.data(withJSONObject: envelope)
        return [UInt8](text ?? Data())
    }

    /// The same with the canary where a closed list, a time or a number is expected.
    package func brokenBody(_ canary: Canary) -> [UInt8] {
        var data = data(about: "broken")
        for (name, value) in data where !(value is [String: Any]) && !(value is [Any]) { data[name] = [canary.name] }
        return body(data)
    }

    /// The published example of every event, its personal fields filled with the canary: first the request, so that the
    /// others have a case; last the event that closes it.
    ///
    /// - Parameter key: the installation's, for what is handed over sealed.
    package static func all(_ canary: Canary, sealedFor key: ReceiverKey) throws -> [CanaryEvent] {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        var events = try EventType.allCases.map { type in
            let file = URL(filePath: "\(root)/deploy/examples/\(type.rawValue).valid.json")
            return try CanaryEvent(type, example: Data(contentsOf: file), canary, sealedFor: key)
        }
        func place(_ event: CanaryEvent) -> Int {
            switch event.type {
            case .requestSubmitted: 0
            case .requestWithdrawn: 2
            default: 1
            }
        }
        events.sort { place($0) < place($1) }
        return events
    }
}
