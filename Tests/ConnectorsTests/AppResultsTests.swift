import Fleet
import Foundation
import Ledger
import Outbound
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("Own apps: what they hand over")
struct AppResultsTests {
    /// To take what an app has handed over.
    private static func order(isInternal: Bool, copy: CopyDesk?, handedOver: HandedOver?) -> TargetOrder {
        var system = DataSystem(id: "crm", title: "CRM", kind: .own)
        system.connector = .amqp(AppDescription(publicKey: SealedReceiver().publicJWK))
        system.isInternal = isInternal
        return TargetOrder(
            key: UUID(),
            step: .poll,
            operation: .collect,
            system: system,
            caseID: UUID(),
            client: nil,
            identities: [],
            regulation: .gdpr,
            submittedAt: Date(),
            now: Date(),
            task: UUID(),
            effect: UUID(),
            copy: copy,
            handedOver: handedOver
        )
    }

    /// Has fetched what an app has handed over; `BASE` in an address is where the test serves files.
    private static func fetched(
        _ place: HandedOver.Place,
        rows: Int? = 3,
        isInternal: Bool = true,
        answer: PagesStub.Answer? = nil,
        _ check: (TargetReport, CopyBench, PagesStub) async throws -> Void
    ) async throws {
        let files = try PagesStub { _, _ in answer }
        defer { files.stop() }
        let client = try HTTPClient()
        let connector = AppConnector(try HTTPBench.services(client))
        var place = place
        if case .address(let url) = place { place = .address(url.replacing("BASE", with: files.base)) }
        try await CopyBench.with { copies in
            let handedOver = HandedOver(place, rows: rows)
            let order = Self.order(isInternal: isInternal, copy: copies.desk(), handedOver: handedOver)
            #expect(!"\(order)".contains("canary") && !String(reflecting: order.handedOver).contains("canary"))
            let report = await connector.perform(order)
            #expect(copies.scratch.isEmpty && !report.findings.text.contains("canary"))
            #expect(!"\(report.verdict)".contains("canary"))
            try await check(report, copies, files)
        }
        await client.close()
    }

    @Test("A file is fetched as it is, without anything that says who asks, and known by the app's word")
    func file() async throws {
        let answer = PagesStub.Answer(200, "name\nAnn\n", headers: ["Content-Type: text/csv"])
        try await Self.fetched(.address("BASE/canary/export.csv?signature=canary"), answer: answer) {
            report,
            copies,
            files in
            #expect(report.verdict == .done() && report.findings.level == .attestation && report.findings.rows == 3)
            #expect(report.findings.parts == [.init("results", "copied", rows: 0)])
            let piece = try #require(report.findings.pieces.first)
            #expect(piece.isFile && piece.dataset == "results" && report.findings.pieces.count == 1)
            let (header, bytes) = try await copies.read(piece)
            #expect(header == CopyHeader(name: "export.csv", mediaType: "text/csv"))
            #expect(bytes == Array("name\nAnn\n".utf8) && files.heard == ["/canary/export.csv?signature=canary"])
        }
    }

    @Test("What lay sealed in the answer is a file, word for word")
    func sealed() async throws {
        let text = Array(#"[{"name":"canary"}, {"name":"b"}]"#.utf8)
        try await Self.fetched(.text(text), rows: nil) { report, copies, _ in
            #expect(report.verdict == .done() && report.findings.rows == nil)
            let (header, bytes) = try await copies.read(try #require(report.findings.pieces.first))
            #expect(header == CopyHeader(name: "results.json", mediaType: "application/json") && bytes == text)
        }
    }

    @Test(
        "N4: an empty file, or nothing sealed, is nothing held where nothing was counted, and short elsewhere",
        arguments: [0, 2, nil]
    )
    func empty(_ rows: Int?) async throws {
        for place in [HandedOver.Place.address("BASE/f"), .text(Array("[]".utf8)), .text(Array(" null ".utf8))] {
            try await Self.fetched(place, rows: rows, answer: .init(200, "")) { report, copies, _ in
                let short = AttemptVerdict.retry("results_short", blamesTarget: true)
                #expect(report.verdict == (rows == 0 ? .done(.alreadyAbsent) : short))
                #expect(report.findings.pieces.isEmpty)
                let objects = try await copies.objects()
                #expect(objects.isEmpty)
            }
        }
    }

    @Test(
        "N3: what its place answers is told by its status, and nothing of it is kept",
        arguments: [
            (302, AttemptVerdict.retry("http_302", status: 302, blamesTarget: true)),
            (403, .retry("http_403", status: 403, blamesTarget: true)), (410, .refused("results_gone", status: 410)),
            (500, .retry("http_500", status: 500, blamesTarget: true)),
        ]
    )
    func statuses(_ status: Int, _ verdict: AttemptVerdict) async throws {
        try await Self.fetched(.address("BASE/f"), answer: .init(status, "canary")) { report, copies, _ in
            #expect(report.verdict == verdict)
            let objects = try await copies.objects()
            #expect(objects.isEmpty)
        }
    }

    @Test("N4: a file that ends early is short, and no piece")
    func cut() async throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        try await Self.fetched(.address("\(server.base)/cut")) { report, copies, _ in
            #expect(report.verdict == .retry("results_short", blamesTarget: true))
            let objects = try await copies.objects()
            #expect(objects.isEmpty)
        }
    }

    @Test(
        "K19: only an internal system's files are fetched over plain http, or from inside",
        arguments: [
            ("http://files.example.net/canary", "plain"), ("https://127.0.0.1:9/canary", "address_loopback"),
            ("https://canary:x@files.example.net/1", "url"), ("https://", "url"),
        ]
    )
    func guarded(_ url: String, _ cause: String) async throws {
        try await Self.fetched(.address(url), isInternal: false) { report, _, _ in
            #expect(report.verdict == .refused(cause))
        }
    }

    @Test("Without a store, or anything handed over, nothing is fetched")
    func nothing() async throws {
        let client = try HTTPClient()
        let connector = AppConnector(try HTTPBench.services(client))
        func report(_ copy: CopyDesk?) async -> TargetReport {
            await connector.perform(Self.order(isInternal: true, copy: copy, handedOver: nil))
        }
        #expect(await report(nil).verdict == .refused("no_store"))
        try await CopyBench.with { copies in
            #expect(await report(copies.desk()).verdict == .refused("results_missing"))
        }
        #expect(connector.longestFetch > ResultsFile.time)
        await client.close()
    }
}
