import AMQP
import Crypto
import Fleet
import Foundation
import Ledger
import Logging
import Outbound
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("Own apps are asked over the broker", .broker)
struct AppConnectorTests {
    private static let person = [
        Identity(.controllerCustomerID, "cust-canary-17"), Identity(.email, "ann.canary@example.com"),
    ].compactMap(\.self)
    private static let now = Date(timeIntervalSince1970: 1_790_000_000)

    private func with(
        timeout: Duration = .seconds(30),
        _ body: (AMQPChannel, AppConnector) async throws -> Void
    ) async throws {
        let host = try #require(VirtualHost.current)
        let admin = try await host.openChannel()
        try await admin.declare(exchange: Topology.tasks, type: "direct")
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let publisher = AMQPPublisher(configuration: try host.configuration(name: "apps"), logger: logger)
        let http = try HTTPClient()
        let ring = try KeyRing(parsing: KeyRing.newFile())
        let services = ConnectorServices(
            http: http,
            secrets: SecretStore(environment: [:], logger: logger),
            mail: nil,
            publisher: publisher,
            digest: KeyedDigest(ring.looking),
            timeout: timeout,
            logger: logger
        )
        try await body(admin, AppConnector(services))
        await publisher.close()
        await http.close()
        await admin.close()
    }

    private static func system(_ app: AppDescription) -> DataSystem {
        var system = DataSystem(id: "crm", title: "CRM", kind: .own)
        system.connector = .amqp(app)
        return system
    }

    private static func order(
        _ step: TargetOrder.Step = .act,
        _ operation: TargetOperation = .erase,
        key: String,
        accepts: [IdentityType] = [],
        identities: [Identity] = person,
        corrections: [Correction] = [],
        effect: UUID = UUID()
    ) -> TargetOrder {
        var app = AppDescription(publicKey: key)
        app.accepted = accepts
        return TargetOrder(
            key: UUID(),
            step: step,
            operation: operation,
            system: system(app),
            caseID: UUID(),
            client: Client(id: "acme", names: [], place: .unknown, isSuspended: false, hasBAA: false),
            identities: identities,
            corrections: corrections,
            suppresses: operation == .suppress ? ["marketing", "sale"] : [],
            regulation: .gdpr,
            submittedAt: now,
            keeps: operation == .erase ? ["invoices"] : [],
            now: now,
            dueAt: now.addingTimeInterval(86_400),
            task: UUID(),
            effect: effect
        )
    }

    private func taken(_ admin: AMQPChannel) async throws -> (delivery: Delivery, data: [String: Any]) {
        let delivery = try #require(try await admin.get(queue: "crm"))
        let event = try #require(try JSONSerialization.jsonObject(with: Data(delivery.body)) as? [String: Any])
        #expect(event["id"] as? String == delivery.properties.messageID)
        #expect(event["type"] as? String == "io.habeas.task.requested.v1")
        return (delivery, try #require(event["data"] as? [String: Any]))
    }

    private func declareQueue(_ admin: AMQPChannel) async throws {
        try await admin.declare(queue: "crm")
        try await admin.bind(queue: "crm", exchange: Topology.tasks, routingKey: "crm")
    }

    @Test("G4: ids, codes and dates go in the clear; the person sealed, and of them only what the app finds people by")
    func sealed() async throws {
        try await with { admin, connector in
            try await declareQueue(admin)
            let receiver = SealedReceiver(kid: "crm-1")
            let order = Self.order(key: receiver.publicJWK, accepts: [.controllerCustomerID])
            let report = await connector.perform(order)
            // That the broker has it says that it was asked for.
            #expect(report.verdict == .done(.acceptedPending) && report.findings == TargetFindings())
            let (delivery, data) = try await taken(admin)
            #expect(delivery.properties.messageID == order.key.uuidString.lowercased())
            #expect(delivery.properties.deliveryMode == .persistent && delivery.properties.appID == "habeas")
            #expect(delivery.exchange == Topology.tasks && delivery.routingKey == "crm")
            #expect(!String(decoding: delivery.body, as: UTF8.self).contains("canary"))
            #expect(data["task"] as? String == order.task.uuidString.lowercased())
            #expect(data["operation"] as? String == "erase" && data["client"] as? String == "acme")
            #expect(data["keeps"] as? [String] == ["invoices"] && data["regulation"] as? String == "gdpr")
            let (text, header) = try receiver.open(try #require(data["sealed"] as? String))
            #expect(text == #"{"identities":[{"type":"controller_customer_id","value":"cust-canary-17"}]}"#)
            #expect(header["kid"] as? String == "crm-1")
        }
    }

    @Test("what it sends is what the published schema says", arguments: TargetOperation.allCases)
    func schema(_ operation: TargetOperation) async throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try Data(contentsOf: URL(filePath: "/\(root)/deploy/schemas/task.requested.json"))
        let schema = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
        let shape = try #require((schema["properties"] as? [String: Any])?["data"] as? [String: Any])
        let declared = try #require(shape["properties"] as? [String: Any])
        let required = try #require(shape["required"] as? [String])
        for step in [TargetOrder.Step.act, .verify] {
            let order = Self.order(step, operation, key: SealedReceiver().publicJWK)
            let intake = try ReceiverKey(jwk: SealedReceiver().publicJWK)
            let task = try AppTask(order, for: AppDescription(publicKey: SealedReceiver().publicJWK), intake: intake)
            let event = try #require(try JSONSerialization.jsonObject(with: Data(task.body)) as? [String: Any])
            let data = try #require(event["data"] as? [String: Any])
            #expect(Set(data.keys).isSubset(of: declared.keys) && Set(required).isSubset(of: data.keys))
            #expect((data["sealed"] == nil) == (operation == .eraseTenant))
            #expect((data["results_key"] != nil) == (operation == .collect && step == .act))
        }
    }

    @Test("K9: a whole client's task names the client and nobody else, and needs no key")
    func tenant() async throws {
        try await with { admin, connector in
            try await declareQueue(admin)
            let order = Self.order(.act, .eraseTenant, key: "no key")
            #expect(await connector.perform(order).verdict.isDone)
            let (delivery, data) = try await taken(admin)
            #expect(data["client"] as? String == "acme" && data["sealed"] == nil)
            #expect(!String(decoding: delivery.body, as: UTF8.self).contains("canary"))
        }
    }

    @Test("corrections are sealed too, scopes are not")
    func parts() async throws {
        try await with { admin, connector in
            try await declareQueue(admin)
            let receiver = SealedReceiver()
            let correction = Correction(field: "city", value: "Canaryville")
            let rectify = Self.order(.act, .rectify, key: receiver.publicJWK, corrections: [correction])
            #expect(await connector.perform(rectify).verdict.isDone)
            let (delivery, data) = try await taken(admin)
            #expect(!String(decoding: delivery.body, as: UTF8.self).contains("Canary"))
            let (text, _) = try receiver.open(try #require(data["sealed"] as? String))
            #expect(text.contains(#""corrections":[{"field":"city","value":"Canaryville"}]"#))
            #expect(await connector.perform(Self.order(.act, .suppress, key: receiver.publicJWK)).verdict.isDone)
            let (_, suppressed) = try await taken(admin)
            #expect(suppressed["scopes"] as? [String] == ["marketing", "sale"])
        }
    }

    @Test("G12: a question is another message each time, and the same for its repetition; asked, it shows nothing")
    func question() async throws {
        try await with { admin, connector in
            try await declareQueue(admin)
            let effect = UUID()
            let order = Self.order(.verify, key: SealedReceiver().publicJWK, effect: effect)
            for _ in 0..<2 {
                let report = await connector.perform(order)
                #expect(report.verdict == .done() && report.findings.level == nil)
                let (delivery, data) = try await taken(admin)
                #expect(delivery.properties.messageID == effect.uuidString.lowercased())
                #expect(data["operation"] as? String == "verify" && data["verifies"] as? String == "erase")
                #expect(data["key"] as? String == order.key.uuidString.lowercased())
            }
        }
    }

    @Test(
        "what nobody could open or find anybody by is not sent",
        arguments: [
            ("", person, "bad_public_key"), (SealedReceiver().privateJWK, person, "bad_public_key"),
            (SealedReceiver().publicJWK, [], "no_identity"),
        ] as [(String, [Identity], String)]
    )
    func refused(_ key: String, _ identities: [Identity], _ cause: String) async throws {
        try await with { admin, connector in
            try await declareQueue(admin)
            let report = await connector.perform(Self.order(key: key, identities: identities))
            #expect(report.verdict == .refused(cause))
            #expect(try await admin.get(queue: "crm") == nil)
        }
    }

    @Test("steps that an app does not know are refused", arguments: [TargetOrder.Step.poll, .cancel])
    func steps(_ step: TargetOrder.Step) async throws {
        try await with { _, connector in
            let report = await connector.perform(Self.order(step, key: SealedReceiver().publicJWK))
            #expect(report.verdict == .refused("not_offered"))
        }
    }

    @Test("an app that has bound no queue is told apart from one whose queue is full")
    func queues() async throws {
        try await with { admin, connector in
            let key = SealedReceiver().publicJWK
            #expect(await connector.perform(Self.order(key: key)).verdict == .refused("unroutable"))
            try await admin.declare(
                queue: "crm",
                arguments: ["x-max-length": .int(1), "x-overflow": .string("reject-publish")]
            )
            try await admin.bind(queue: "crm", exchange: Topology.tasks, routingKey: "crm")
            var verdict = AttemptVerdict.done()
            for _ in 0..<50 where verdict.isDone { verdict = await connector.perform(Self.order(key: key)).verdict }
            #expect(verdict == .retry("nacked", blamesTarget: true))
        }
    }
}
