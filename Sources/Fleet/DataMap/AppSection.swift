import Ledger
import Rights

/// Reads what the data map says of an `amqp` connector: an own app that gets sealed tasks and answers with events.
enum AppSection {
    static let keys = ["kind", "public_key", "operations", "accepts", "can_look", "answers_within", "publishers"]

    static func read(_ section: YAMLMapping) throws(PolicyFault) -> AppDescription {
        try section.allow(keys)
        var app = AppDescription(publicKey: try publicKey(section))
        let operations: [TargetOperation] = try SystemFile.words("operations", section)
        if section.keys.contains("operations") {
            guard !operations.isEmpty else {
                throw section.fault(
                    "operations",
                    "is empty",
                    "name what the app can do of \(TargetOperation.words.joined(separator: ", "))"
                )
            }
            app.operations = Set(operations)
        }
        app.accepted = try SystemFile.words("accepts", section)
        app.canLook = try section.flag("can_look") ?? false
        app.answersWithin = try SystemFile.period("answers_within", section) ?? app.answersWithin
        app.publishers = try PublisherNames.read(section)
        return app
    }

    /// The key in one spelling, whether it was written as JSON or as a mapping.
    private static func publicKey(_ section: YAMLMapping) throws(PolicyFault) -> String {
        let text: String
        if section.keys.contains("public_key"), !section.isScalar("public_key"),
            let members = try section.section("public_key")
        {
            text = try json(members)
        } else {
            text = try section.required("public_key")
        }
        do throws(ReceiverKeyError) {
            return try ReceiverKey(jwk: text).jwk
        } catch {
            throw section.fault("public_key", error.fault, error.remedy)
        }
    }

    private static func json(_ members: YAMLMapping) throws(PolicyFault) -> String {
        var parts: [String] = []
        for key in members.keys {
            if members.isScalar(key) {
                parts.append("\(quoted(key)):\(quoted(try members.required(key)))")
            } else {
                let list = try members.list(key).map(quoted)
                parts.append("\(quoted(key)):[\(list.joined(separator: ","))]")
            }
        }
        return "{\(parts.joined(separator: ","))}"
    }

    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter(capacity: text.utf8.count + 2)
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Reads who may answer a system's tasks by events.
enum PublisherNames {
    static func read(_ section: YAMLMapping) throws(PolicyFault) -> [String] {
        let names = try section.list("publishers")
        guard names.allSatisfy({ $0.wholeMatch(of: /[a-z0-9-]{1,63}/) != nil }) else {
            throw section.fault(
                "publishers",
                "holds something that is no publisher's id",
                "write ids as `habeas publishers list` shows them"
            )
        }
        return names
    }
}
