import Fleet
import Foundation
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

    private static func system(_ file: String, at base: String) throws -> DataSystem {
        let text = try HTTPPapers.read("connectors/\(file)")
            .replacing(/url: https:\/\/\S+/, with: "url: \(base)")
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
        let system = try Self.system(file, at: stub.base)
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
            try Self.system("zendesk.yaml", at: stub.base),
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

    @Test("The description for Zendesk hands over a user and all their tickets, and the paper's example is of it")
    func copy() async throws {
        let shipped = try HTTPPapers.read("connectors/zendesk.yaml")
        let section = try #require(try HTTPPapers.read("connectors.md").components(separatedBy: "\n## Copies\n").last)
        let example = section.components(separatedBy: "```")[1].split(separator: "\n")
        #expect(example.count > 15)
        for line in example { #expect(shipped.contains(line), "\(line)") }
        let stub = try PagesStub { path, _ in
            switch path {
            case "/api/v2/users/search?external_id=cust-1":
                PagesStub.Answer(200, #"{"users": [{"id": 35436, "external_id": "cust-1"}], "next_page": null}"#)
            case "/api/v2/users/35436":
                PagesStub.Answer(200, #"{"user": {"id": 35436, "name": "Ann"}}"#)
            case "/api/v2/users/35436/tickets/requested?page%5Bsize%5D=100":
                PagesStub.Answer(
                    200,
                    """
                    {"tickets": [{"id": 1, "subject": "A"}, {"id": 2, "subject": "B"}],
                     "meta": {"has_more": true, "after_cursor": "xxx"},
                     "links": {"next": "BASE/api/v2/users/35436/tickets/requested?page[size]=100&page[after]=xxx"}}
                    """
                )
            case "/api/v2/users/35436/tickets/requested?page[size]=100&page[after]=xxx":
                PagesStub.Answer(
                    200,
                    """
                    {"tickets": [{"id": 3, "subject": "C"}], "meta": {"has_more": false, "after_cursor": "yyy"},
                     "links": {"next": "BASE/api/v2/users/35436/tickets/requested?page[size]=100&page[after]=yyy"}}
                    """
                )
            default: nil
            }
        }
        defer { stub.stop() }
        try await HTTPBench.run { bench in
            try await CopyBench.with { copies in
                let system = try Self.system("zendesk.yaml", at: stub.base)
                let one = Identity(.controllerCustomerID, "cust-1")
                let order = HTTPBench.order(system, .act, .collect, [one], copy: copies.desk())
                let collected = await copies.collect(order, with: bench.connector)
                #expect(collected.report.verdict == .done())
                let rows = try await copies.rows(collected.pieces)
                #expect(rows["user"] == [#"{"id":35436,"name":"Ann"}"#])
                let tickets = ["A", "B", "C"].enumerated().map { #"{"id":\#($0 + 1),"subject":"\#($1)"}"# }
                #expect(rows["tickets"] == tickets)
                #expect(collected.report.findings.parts.map(\.rows) == [1, 3])
            }
        }
    }
}
