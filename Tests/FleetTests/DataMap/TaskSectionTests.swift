import Foundation
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("Apps and people in the data map")
struct TaskSectionTests {
    private static let receiver = SealedReceiver(kid: "k1")

    private static func system(_ connector: String, more: String = "") throws -> DataSystem {
        let indented = connector.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        let body = "\(more)connector:\n\(indented)".split(separator: "\n").map { "  \($0)\n" }.joined()
        return try #require(SystemFile.entries("- id: crm\n  kind: own\n\(body)", path: "systems.yaml").first).system
    }

    private static func app(_ connector: String) throws -> AppDescription {
        guard case .amqp(let app) = try system(connector).connector else { throw CancellationError() }
        return app
    }

    private static func person(_ connector: String) throws -> PersonDescription {
        switch try system(connector).connector {
        case .email(let person), .manual(let person): return person
        default: throw CancellationError()
        }
    }

    /// The same key as JSON in a text, and as a mapping.
    private static var mapping: String {
        let members = (try? JSONSerialization.jsonObject(with: Data(receiver.publicJWK.utf8))) as? [String: String]
        return (members ?? [:]).sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }.joined(separator: "\n")
    }

    @Test("an app: its key as text or as a mapping, what it can do, what it finds people by, who answers for it")
    func app() throws {
        let text = try Self.app("kind: amqp\npublic_key: '\(Self.receiver.publicJWK)'")
        let mapped = try Self.app(
            """
            kind: amqp
            public_key:
            \(Self.mapping)
            operations: [erase, rectify, erase_tenant]
            accepts: [email, controller_customer_id]
            can_look: true
            answers_within: 2 calendar_day
            publishers: [crm-eu, crm-us]
            """
        )
        #expect(text.publicKey == mapped.publicKey && text.publicKey.contains(#""kid":"k1""#))
        #expect(text.operations == [.erase] && text.identities == nil && !text.canLook && text.publishers.isEmpty)
        #expect(text.answersWithin == Period(3, .businessDay))
        #expect(mapped.operations == [.erase, .rectify, .eraseTenant])
        #expect(mapped.identities == [.controllerCustomerID, .email], "the least telling first")
        #expect(mapped.canLook && mapped.answersWithin == Period(2, .calendarDay))
        #expect(mapped.publishers == ["crm-eu", "crm-us"])
    }

    @Test("who may answer: whom the data map names, else an app's own publisher; of people nobody who is not named")
    func answerers() throws {
        let key = "public_key: '\(Self.receiver.publicJWK)'"
        let open = try Self.system("kind: amqp\n\(key)")
        #expect(open.mayAnswer("crm") && !open.mayAnswer("desk"))
        let named = try Self.system("kind: amqp\n\(key)\npublishers: [desk]")
        #expect(named.mayAnswer("desk") && !named.mayAnswer("crm"))
        #expect(try !Self.system("kind: manual").mayAnswer("crm"))
        #expect(try Self.system("kind: manual\npublishers: [desk]").mayAnswer("desk"))
    }

    @Test("N4: an app that can be asked what is left comes to a probe, one that cannot to its word")
    func levels() throws {
        let key = "public_key: '\(Self.receiver.publicJWK)'"
        #expect(try Self.system("kind: amqp\n\(key)\ncan_look: true").verification == .probe)
        #expect(try Self.system("kind: amqp\n\(key)").verification == .attestation)
        #expect(throws: PolicyFault.self) { try Self.system("kind: amqp\n\(key)", more: "verification: probe\n") }
        #expect(try Self.system("kind: manual").verification == .person)
    }

    @Test("people: addresses, language, owner, instructions, reminders")
    func people() throws {
        let mailed = try Self.person(
            """
            kind: email
            addresses: [ops@archive.test, deputy@archive.test]
            locale: de_AT
            owner: archive team
            instructions: Use the console.
            remind_every: 1 calendar_day
            """
        )
        #expect(mailed.addresses == ["ops@archive.test", "deputy@archive.test"] && mailed.locale == "de-AT")
        #expect(mailed.owner == "archive team" && mailed.instructions == "Use the console.")
        #expect(mailed.remindEvery == Period(1, .calendarDay))
        let manual = try Self.person("kind: manual\nowner: archive team")
        #expect(manual.addresses.isEmpty && manual.remindEvery == Period(2, .businessDay))
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let connector: String
        let line: Int
        let key: String
        var testDescription: String { "\(key): \(connector.suffix(60))" }
    }

    static let bad: [Bad] = {
        let key = "kind: amqp\npublic_key: '\(receiver.publicJWK)'"
        return [
            Bad(connector: "kind: amqp", line: 4, key: "public_key"),
            Bad(connector: "kind: amqp\npublic_key: none", line: 5, key: "public_key"),
            Bad(connector: "kind: amqp\npublic_key: '\(receiver.privateJWK)'", line: 5, key: "public_key"),
            Bad(connector: "kind: amqp\npublic_key:\n\(mapping)\n  d: abcd", line: 5, key: "public_key"),
            Bad(connector: "\(key)\nqueue: crm", line: 6, key: "queue"),
            Bad(connector: "\(key)\noperations: []", line: 6, key: "operations"),
            Bad(connector: "\(key)\noperations: [purge]", line: 6, key: "operations"),
            Bad(connector: "\(key)\naccepts: [mail]", line: 6, key: "accepts"),
            Bad(connector: "\(key)\ncan_look: perhaps", line: 6, key: "can_look"),
            Bad(connector: "\(key)\nanswers_within: soon", line: 6, key: "answers_within"),
            Bad(connector: "\(key)\npublishers: [Not an id]", line: 6, key: "publishers"),
            Bad(connector: "kind: email", line: 4, key: "addresses"),
            Bad(connector: "kind: email\naddresses: []", line: 5, key: "addresses"),
            Bad(connector: "kind: email\naddresses: [a@b.test, A@B.test]", line: 5, key: "addresses"),
            Bad(connector: "kind: email\naddresses: [\"a@b.test\\r\\nBcc: x@y.test\"]", line: 5, key: "addresses"),
            Bad(connector: "kind: email\naddresses: ['Ann <a@b.test>']", line: 5, key: "addresses"),
            Bad(connector: "kind: email\naddresses: [no-reply@b.test]", line: 5, key: "addresses"),
            Bad(connector: "kind: email\naddresses: [a@b.test]\nlocale: '!'", line: 6, key: "locale"),
            Bad(connector: "kind: email\naddresses: [a@b.test]\nowner: \"a\\nb\"", line: 6, key: "owner"),
            Bad(connector: "kind: manual\naddresses: [a@b.test]", line: 5, key: "addresses"),
            Bad(connector: "kind: manual\nlocale: de", line: 5, key: "locale"),
            Bad(connector: "kind: manual\nremind_every: often", line: 5, key: "remind_every"),
            Bad(connector: "kind: manual\nphone: 1", line: 5, key: "phone"),
        ]
    }()

    @Test("each fault is named with its place and what to do, and no value is repeated", arguments: bad)
    func faults(_ bad: Bad) throws {
        let fault = try #require(throws: PolicyFault.self) { try Self.system(bad.connector) }
        #expect(fault.place == "systems.yaml line \(bad.line): connector.\(bad.key)")
        #expect(!fault.fault.isEmpty && !fault.remedy.isEmpty)
        for value in ["b.test", "Not an id", "purge", "Ann", Self.receiver.privateJWK] {
            #expect(!"\(fault)".contains(value))
        }
    }
}
