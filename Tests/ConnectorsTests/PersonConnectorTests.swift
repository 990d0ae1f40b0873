import Fleet
import Foundation
import Ledger
import Logging
import Outbound
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("People are asked by mail")
struct PersonConnectorTests {
    private static let now = Date(timeIntervalSince1970: 1_790_000_000)
    private static let person = [
        Identity(.controllerCustomerID, "cust-canary-17"), Identity(.email, "ann.canary@example.com"),
        Identity(.name, "Ann Canary"),
    ].compactMap(\.self)

    private func with(_ body: (MailSink, PersonConnector) async throws -> Void) async throws {
        let sink = try MailSink()
        defer { sink.stop() }
        let flags = [
            "mail.host": "127.0.0.1", "mail.port": "\(sink.port)", "mail.security": "none", "mail.internal": "true",
            "mail.from": "privacy@processor.example",
        ]
        let configuration = try #require(try FleetConfiguration.load(environment: [:], flags: flags).mail)
        let client = try SMTPClient(configuration.server)
        let http = try HTTPClient()
        try await body(sink, PersonConnector(try services(http, MailSender(configuration, client: client))))
        await client.close()
        await http.close()
    }

    private func services(_ http: HTTPClient, _ mail: MailSender?) throws -> ConnectorServices {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return ConnectorServices(
            http: http,
            secrets: SecretStore(environment: [:], logger: logger),
            mail: mail,
            publisher: nil,
            digest: KeyedDigest(try KeyRing(parsing: KeyRing.newFile()).looking),
            timeout: .seconds(30),
            logger: logger
        )
    }

    private static func order(
        _ operation: TargetOperation = .erase,
        step: TargetOrder.Step = .act,
        identities: [Identity] = person,
        corrections: [Correction] = [],
        flagged: Bool = false,
        only: Set<String>? = nil,
        due: TimeInterval = 86_400,
        effect: UUID = UUID(),
        _ change: (inout PersonDescription) -> Void = { _ in }
    ) -> TargetOrder {
        var person = PersonDescription()
        person.addresses = ["ops@archive.test", "deputy@archive.test"]
        person.instructions = "Use the console of the archive."
        person.owner = "archive team"
        change(&person)
        var system = DataSystem(id: "archive", title: "Paper archive", kind: .subprocessor)
        system.purposes = ["archiving"]
        system.region = "DE"
        if !flagged { system.agreedOn = CivilDate(iso: "2026-01-01") }
        system.connector = .email(person)
        return TargetOrder(
            key: UUID(),
            step: step,
            operation: operation,
            system: system,
            caseID: UUID(),
            client: Client(
                id: "acme",
                names: [],
                place: Place(country: "DE", zone: .gmt),
                isSuspended: false,
                hasBAA: false
            ),
            identities: identities,
            corrections: corrections,
            regulation: .gdpr,
            submittedAt: now,
            only: only,
            now: now,
            dueAt: now.addingTimeInterval(due),
            task: UUID(),
            effect: effect
        )
    }

    private static func mail(_ order: TargetOrder) throws -> TaskMail {
        guard case .email(let person) = order.system.connector else { throw CancellationError() }
        return try #require(TaskMail(order, for: person))
    }

    @Test("K16, G4: the mail holds the one identity that says least, and how to answer")
    func body() throws {
        let order = Self.order()
        let content = try Self.mail(order).content
        #expect(content.text.contains("controller_customer_id cust-canary-17"))
        #expect(!content.text.contains("ann.canary") && !content.text.contains("Ann"))
        #expect(content.text.contains("habeas tasks complete \(order.task.uuidString.lowercased())"))
        #expect(content.text.contains("Use the console of the archive.") && content.text.contains("archive team"))
        #expect(content.text.contains(EventTime.text(Self.now.addingTimeInterval(86_400 - 20)).prefix(10)))
    }

    @Test("K23: what an authority demands is asked for category by category, and for nobody's everything")
    func only() throws {
        let text = try Self.mail(Self.order(.collect, only: ["tickets", "calls"])).content.text
        #expect(text.contains("Only these categories: calls, tickets") && !text.contains("everything"))
        #expect(try Self.mail(Self.order(.collect)).content.text.contains("everything"))
    }

    @Test("a subject names nobody", arguments: TargetOperation.allCases)
    func subject(_ operation: TargetOperation) throws {
        let content = try Self.mail(Self.order(operation)).content
        #expect(content.subject.contains("Paper archive"))
        for identity in Self.person { #expect(!content.subject.lowercased().contains(identity.value)) }
        #expect(!content.subject.lowercased().contains("canary"))
    }

    @Test("K9: a whole client's task is about nobody")
    func tenant() throws {
        let content = try Self.mail(Self.order(.eraseTenant)).content
        #expect(!content.text.contains("canary") && content.text.contains("acme"))
        #expect(TaskMail(Self.order(identities: []), for: PersonDescription()) == nil)
    }

    @Test(
        "G8: what is to be put right goes to those who may get new data, and to nobody else",
        arguments: [false, true]
    )
    func corrections(_ isFlagged: Bool) throws {
        let correction = Correction(field: "city", value: "Bern\nTask: forged")
        let text = try Self.mail(Self.order(.rectify, corrections: [correction], flagged: isFlagged)).content.text
        #expect(text.contains("city: Bern Task: forged") == !isFlagged)
        #expect(!text.contains("\nTask: forged"))
        #expect(text.contains("habeas requests show") == isFlagged)
    }

    @Test("in the language of whoever gets it, and in English where there is none", arguments: ["de-AT", "en", "fr"])
    func languages(_ locale: String) throws {
        let content = try Self.mail(Self.order { $0.locale = locale }).content
        #expect(content.locale == (locale == "de-AT" ? "de" : "en"))
        #expect(content.text.contains("Bitte") == (locale == "de-AT"))
        for operation in TargetOperation.allCases {
            let text = try Self.mail(Self.order(operation) { $0.locale = locale }).content.text
            #expect(text.first?.isLetter == true, "every operation has its sentence")
        }
    }

    @Test("one that is late says so")
    func overdue() throws {
        #expect(try Self.mail(Self.order(due: -60)).content.subject.hasPrefix("Overdue"))
    }

    @Test("G10: it reaches all addresses; a repetition has the same message id, a reminder another one")
    func sends() async throws {
        try await with { sink, connector in
            let effect = UUID()
            for id in [effect, effect, UUID()] {
                #expect(await connector.perform(Self.order(effect: id)).verdict == .done(status: 250))
            }
            let mails = await sink.mails(3)
            #expect(mails.allSatisfy { $0.recipients == ["ops@archive.test", "deputy@archive.test"] })
            let ids = try mails.map { mail in
                let encoded = try #require(mail.message)
                let bytes = try #require(Data(base64Encoded: encoded))
                let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
                return try #require(lines.first { $0.lowercased().hasPrefix("message-id:") })
            }
            #expect(ids.count == 3 && Set(ids).count == 2)
        }
    }

    @Test("a relay that is busy is tried again, one that knows the address no more is somebody's matter")
    func relay() async throws {
        try await with { sink, connector in
            let busy = await connector.perform(Self.order { $0.addresses = ["busy@archive.test"] }).verdict
            #expect(busy.outcome == .retry && busy.cause == "smtp_451")
            let gone = await connector.perform(Self.order { $0.addresses = ["gone@archive.test"] }).verdict
            #expect(gone.outcome == .refused && gone.cause == "smtp_550")
            #expect(await connector.perform(Self.order(identities: [])).verdict == .refused("no_identity"))
            #expect(await connector.perform(Self.order(step: .verify)).verdict == .refused("not_offered"))
        }
        let http = try HTTPClient()
        let alone = PersonConnector(try services(http, nil))
        #expect(await alone.perform(Self.order()).verdict == .refused("no_relay"))
        await http.close()
    }
}
