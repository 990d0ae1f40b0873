import Fleet
import Outbound
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("The shipped descriptions, each at a stand-in for its vendor")
struct HTTPVendorTests {
    /// How a vendor deletes.
    enum Manner: Sendable {
        case atOnce, byJob
        /// Somebody can be restored, and a look sees it where the flag says so.
        case softly(isSeen: Bool)
    }

    private static let people = [
        VendorStub.Person(id: "35436", email: "ann@x.example", customer: "cust-1"),
        VendorStub.Person(id: "35437", email: "joann@x.example", customer: "cust-12"),
    ]

    private static func system(_ file: String, _ stub: VendorStub) throws -> DataSystem {
        let text = try HTTPPapers.read("connectors/\(file)")
            .replacing(/url: https:\/\/\S+/, with: "url: \(stub.base)")
            .replacing(/"file:[^"]+"/, with: #""env:TOKEN""#)
        return try HTTPPapers.system("internal: true\n" + text)
    }

    @Test(
        "K13, G12: deletes the person and nobody else, and is verified when it is true",
        arguments: [
            ("plain.yaml", Manner.atOnce), ("zendesk.yaml", .atOnce), ("hubspot-permanent.yaml", .atOnce),
            ("helpscout.yaml", .byJob), ("intercom.yaml", .softly(isSeen: false)),
            ("hubspot.yaml", .softly(isSeen: true)),
        ]
    )
    func vendor(_ file: String, _ manner: Manner) async throws {
        let stub = try VendorStub(Self.people)
        defer { stub.stop() }
        let client = try HTTPClient()
        let connector = HTTPConnector(try HTTPBench.services(client))
        let system = try Self.system(file, stub)
        func perform(_ order: TargetOrder) async -> TargetReport {
            var report = await connector.perform(order)
            var order = order
            for _ in 0..<3 where report.verdict == .waiting(after: .zero) {
                order = HTTPBench.next(order, after: report)
                report = await connector.perform(order)
            }
            return report
        }
        let identities = [Identity(.controllerCustomerID, "cust-1"), Identity(.email, "ann@x.example")].compactMap {
            $0
        }
        .filter { system.connector.identities?.contains($0.type) ?? true }
        let order = HTTPBench.order(system, .act, .erase, identities)
        let before = await perform(HTTPBench.next(order, after: nil, .verify))
        #expect((before.findings.stillThere ?? 0) > 0, "\(before.verdict)")

        let report = await perform(order)
        #expect(report.verdict.isDone && report.findings.rows == 1, "\(report.verdict)")
        switch manner {
        case .atOnce: #expect(report.verdict.outcome == .done)
        case .byJob:
            #expect(report.verdict.outcome == .acceptedPending)
            let question = HTTPBench.next(order, after: report, .poll)
            var answers: [AttemptVerdict.Outcome] = []
            for _ in 0..<3 { answers.append(await perform(question).verdict.outcome) }
            #expect(answers == [.waiting, .waiting, .done])
        case .softly(let isSeen):
            #expect(system.grace != nil)
            let early = await perform(HTTPBench.next(order, after: report, .verify))
            #expect((early.findings.stillThere ?? 0) == (isSeen ? 1 : 0))
            #expect(stub.ids.count == 2)
            stub.purge()
        }
        let seen = await perform(HTTPBench.next(order, after: report, .verify))
        #expect(seen.verdict.isDone && seen.findings.stillThere == 0, "\(seen.verdict)")
        #expect(stub.ids == ["35437"])
        let again = await perform(HTTPBench.order(system, .act, .erase, identities))
        #expect(again.verdict.outcome == .alreadyAbsent, "\(again.verdict)")
        await client.close()
    }

    @Test("N3: at the vendor of two steps a death between them loses nobody, although there are no keys")
    func twoSteps() async throws {
        let stub = try VendorStub(Self.people)
        defer { stub.stop() }
        let client = try HTTPClient()
        let connector = HTTPConnector(try HTTPBench.services(client))
        let order = HTTPBench.order(
            try Self.system("zendesk.yaml", stub),
            .act,
            .erase,
            [Identity(.email, "ann@x.example")]
        )
        let found = await connector.perform(order)
        #expect(found.verdict == .waiting(after: .zero))
        _ = try await client.send(
            HTTPCall("DELETE", "\(stub.base)/api/v2/users/35436", allowing: [.plain, .internalAddress])
        )
        let early = await connector.perform(HTTPBench.next(order, after: found, .verify))
        #expect(early.findings.stillThere == 1)
        let report = await connector.perform(HTTPBench.next(order, after: found))
        #expect(report.verdict.outcome == .done)
        #expect(stub.ids == ["35437"])
        await client.close()
    }
}
