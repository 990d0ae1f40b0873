import Fleet
import Foundation
import Outbound
import Rights
import Synchronization
import TestKit
import Testing

@testable import Connectors

@Suite("OpenDSR: copies")
struct OpenDSRCopyTests {
    private static let id = OpenDSRPapers.id

    /// Asks a processor of the sandbox for a copy until it is there.
    private static func copy(
        _ script: String,
        _ check: @escaping @Sendable (OpenDSRBench, CopyBench, TargetReport) async throws -> Void
    ) async throws {
        try await OpenDSRBench.run(script: "acme: {opendsr: {\(script)}}") { bench in
            try await CopyBench.with { copies in
                #expect(await bench.act(bench.description(), .collect).verdict.outcome == .acceptedPending)
                let report = await bench.poll(bench.description(), .collect, copy: copies.desk())
                #expect(copies.scratch.isEmpty)
                try await check(bench, copies, report)
            }
        }
    }

    @Test("A copy is asked for as access, and its results are one file, as they came", arguments: [0, 3_000_000])
    func whole(padding: Int) async throws {
        let size = padding > 0 ? ", results_bytes: \(padding)" : ""
        try await Self.copy("pending_ms: 20, in_progress_ms: 20, results_count: 3\(size)") { bench, copies, report in
            let types = try await bench.calls().compactMap(\.body).filter { $0.contains("subject_request_type") }
            #expect(types.count == 1 && types[0].contains(#""access""#))
            #expect(report.verdict == .done(status: 200))
            let findings = report.findings
            #expect(findings.rows == 3 && findings.level == .signedAttestation && findings.pieces.count == 1)
            #expect(findings.parts == [.init("results", "copied", rows: 0)])
            let piece = try #require(findings.pieces.first)
            #expect(piece.dataset == "results" && piece.ordinal == 0 && piece.isFile && piece.rows == 0)
            let (header, bytes) = try await copies.read(piece)
            #expect(header == CopyHeader(name: Self.id, mediaType: "application/json"))
            let served = try await bench.client.send(
                HTTPCall(
                    "GET",
                    "\(bench.base)/opendsr/acme/results/\(Self.id)",
                    allowing: [.plain, .internalAddress],
                    bodyLimit: 4_000_000
                )
            )
            #expect(bytes == served.body && piece.bytes == bytes.count)
            if padding > 0 { #expect(bytes.count == padding) }
            #expect(try await copies.objects() == [piece.object])
        }
    }

    @Test("A processor that has found nothing holds nothing")
    func nothing() async throws {
        try await Self.copy("results_count: 0") { _, copies, report in
            #expect(report.verdict == .done(.alreadyAbsent, status: 200))
            #expect(report.findings.rows == 0 && report.findings.pieces.isEmpty)
            #expect(report.findings.level == .signedAttestation)
            let objects = try await copies.objects()
            #expect(objects.isEmpty)
        }
    }

    @Test(
        "N4: an empty file where something was found, and one that ends early, are fetched again; what is gone is gone",
        arguments: [
            ("results_bytes: 0", AttemptVerdict.retry("results_short", blamesTarget: true)),
            ("results_cut: true", .retry("results_short", blamesTarget: true)),
            ("results_cut: true, results_bytes: 500000", .retry("results_short", blamesTarget: true)),
            ("results_expired: true", .refused("results_gone", status: 410)),
        ]
    )
    func short(script: String, verdict: AttemptVerdict) async throws {
        try await Self.copy(script) { _, copies, report in
            #expect(report.verdict == verdict)
            #expect(report.findings.pieces.isEmpty)
            let objects = try await copies.objects()
            #expect(objects.isEmpty)
        }
    }

    @Test("What is found completed after a lost answer is fetched by the next question")
    func lost() async throws {
        try await OpenDSRBench.run(script: "acme: {methods: [POST], sequence: [{close: mid_body}]}") { bench in
            try await CopyBench.with { copies in
                let description = bench.description()
                #expect(await bench.act(description, .collect).verdict.mayHaveActed)
                // It is completed: there is something to fetch, and nowhere to put it.
                #expect(await bench.poll(description, .collect).verdict == .refused("no_store"))
                let order = OpenDSRBench.order(
                    description,
                    operation: .collect,
                    mayHaveActed: true,
                    copy: copies.desk()
                )
                let found = await bench.connector.perform(order)
                #expect(found.verdict.outcome == .acceptedPending && found.findings.pieces.isEmpty)
                let report = await bench.poll(description, .collect, copy: copies.desk())
                #expect(report.verdict.outcome == .done && report.findings.pieces.count == 1)
            }
        }
    }

    @Test("Without a store nothing is fetched, and one that is not there blames nobody")
    func own() async throws {
        try await OpenDSRBench.run { bench in
            #expect(await bench.act(bench.description(), .collect).verdict.outcome == .acceptedPending)
            #expect(await bench.poll(bench.description(), .collect).verdict == .refused("no_store"))
            try await CopyBench.with { copies in
                let desk = copies.desk()
                copies.remove()
                let report = await bench.poll(bench.description(), .collect, copy: desk)
                #expect(report.verdict == .retry("store_unreachable", blamesTarget: false))
            }
        }
    }

    // MARK: Where the results are

    /// A processor whose results are at `place`, where `OWN` is itself and `OTHER` somebody else; and what both were asked.
    private static func fetched(
        _ place: String?,
        count: Int? = 1,
        answer: OpenDSRStub.Answer = .init(200, "a,b", headers: ["Content-Type: text/csv"]),
        _ check: (TargetReport, CopyBench, _ own: [String], _ other: [String]) async throws -> Void
    ) async throws {
        let other = try OpenDSRStub { _, _ in answer }
        let origin = other.origin
        let stub = try OpenDSRStub { heard, _ in
            guard heard.path.hasPrefix("requests") else { return answer }
            let host = heard.head.split(separator: "\r\n").first { $0.hasPrefix("host: ") }?.dropFirst(6) ?? ""
            let known = place?.replacing("OWN", with: "http://\(host)").replacing("OTHER", with: origin)
            let url = known.map { "\"\($0)\"" } ?? "null"
            return .init(
                200,
                """
                {"subject_request_id":"\(id)","request_status":"completed","results_url":\(url),
                 "results_count":\(count.map(String.init) ?? "null")}
                """
            )
        }
        defer {
            stub.stop()
            other.stop()
        }
        let bench = try OpenDSRBench(stub.origin)
        var description = OpenDSRDescription(url: "\(stub.origin)/v2")
        description.authentication = .bearer("env:VENDOR_TOKEN")
        try await CopyBench.with { copies in
            let report = await bench.poll(description, .collect, copy: copies.desk())
            try await check(report, copies, stub.heard.map(\.head), other.heard.map(\.head))
        }
        await bench.client.close()
    }

    @Test("Credentials go to the processor's own place and to no other")
    func credentials() async throws {
        let long = String(repeating: "s", count: 3_000)
        try await Self.fetched("OWN/files/ann-copy.csv?signature=\(long)") { report, copies, own, other in
            #expect(report.verdict == .done(status: 200) && report.findings.rows == 1)
            #expect(own.count == 2 && own.allSatisfy { $0.contains("authorization: bearer tok-1") } && other.isEmpty)
            let (header, bytes) = try await copies.read(try #require(report.findings.pieces.first))
            #expect(header == CopyHeader(name: "ann-copy.csv", mediaType: "text/csv") && bytes == Array("a,b".utf8))
        }
        try await Self.fetched("OTHER/v2/files/1") { report, _, own, other in
            #expect(report.verdict == .done(status: 200))
            #expect(own.count == 1 && other.count == 1 && other.allSatisfy { !$0.contains("authorization") })
        }
    }

    @Test(
        "An address that is none, or is somebody's with a name, is not called",
        arguments: ["/files/1", "file:///etc/passwd", "http://ann@127.0.0.1/1", "http:files", "http://", "no url"]
    )
    func addresses(url: String) async throws {
        try await Self.fetched(url) { report, _, own, _ in
            #expect(report.verdict == .refused("url"))
            #expect(own.count == 1)
        }
    }

    @Test("Something found of which nobody says where it is, is asked for again; nothing found needs no place")
    func missing() async throws {
        try await Self.fetched(nil, count: 2) { report, _, _, _ in
            #expect(report.verdict == .retry("results_missing", status: 200, blamesTarget: false))
        }
        for count in [0, nil] {
            try await Self.fetched(nil, count: count) { report, _, _, _ in
                #expect(report.verdict == .done(.alreadyAbsent, status: 200))
                #expect(report.findings.rows == 0 && report.findings.level == .attestation)
            }
        }
    }

    @Test("An empty file is nothing where nothing was counted, and short everywhere else", arguments: [0, 1, nil])
    func empty(count: Int?) async throws {
        try await Self.fetched("OWN/f", count: count, answer: .init(200, "")) { report, _, _, _ in
            let isNothing = report.verdict == .done(.alreadyAbsent, status: 200)
            #expect(isNothing == (count == 0))
            if count != 0 { #expect(report.verdict == .retry("results_short", blamesTarget: true)) }
        }
    }

    @Test(
        "What the place of the results answers is told by its status",
        arguments: [
            (302, AttemptVerdict.retry("http_302", status: 302, blamesTarget: true)),
            (401, .retry("http_401", status: 401, blamesTarget: true)),
            (404, .retry("http_404", status: 404, blamesTarget: true)), (410, .refused("results_gone", status: 410)),
            (503, .retry("http_503", status: 503, blamesTarget: true)),
        ]
    )
    func statuses(status: Int, verdict: AttemptVerdict) async throws {
        try await Self.fetched("OWN/f", answer: .init(status, "secret")) { report, copies, _, _ in
            #expect(report.verdict == verdict)
            let objects = try await copies.objects()
            #expect(objects.isEmpty && copies.scratch.isEmpty)
        }
    }

    @Test("More than a gibibyte is refused before its first byte")
    func tooLarge() async throws {
        let files = try LoopbackListener { connection in
            while let line = LoopbackListener.line(from: connection), line != "\r\n" {}
            let length = ResultsFile.limit + 1
            LoopbackListener.send("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\nfirst", to: connection)
            LoopbackListener.waitForEnd(of: connection)
        }
        defer { files.stop() }
        try await Self.fetched("http://127.0.0.1:\(files.port)/f") { report, copies, _, _ in
            #expect(report.verdict == .refused("results_too_large"))
            let objects = try await copies.objects()
            #expect(objects.isEmpty && copies.scratch.isEmpty)
        }
    }

    @Test("Results of a system that is not our own are fetched over TLS from the outside alone")
    func outside() async throws {
        let bench = try OpenDSRBench("http://127.0.0.1:9")
        let description = OpenDSRDescription(url: "https://dsr.vendor.example/v2")
        let services = try HTTPBench.services(bench.client)
        let system = OpenDSRBench.system(description, isInternal: false)
        let peer = try #require(OpenDSRPeer(system, services, OpenDSRTrust(), budget: .seconds(5)))
        try await CopyBench.with { copies in
            for (url, code) in [
                ("http://files.vendor.example/1", OutboundError.Code.plain), ("https://127.0.0.1:9/1", .address),
                ("https://[::1]/1", .address),
            ] {
                let file = ResultsFile(url: url, desk: copies.desk())
                let error = await #expect(throws: OutboundError.self) { try await peer.fetch(file) }
                #expect(error?.code == code)
            }
        }
        #expect(bench.connector.longestFetch > bench.connector.longestCall + ResultsFile.time - .seconds(1))
        await bench.client.close()
    }

    @Test(
        "The file is called as in its address where that can be a name, and nothing else",
        arguments: [
            ("https://a.example/x/report-1.json", "report-1.json"), ("https://a.example/x/r.zip?a=/b/c.txt", "r.zip"),
            ("https://a.example/x/", "results"), ("https://a.example", "results"), ("https://a.example/", "results"),
            ("https://a.example/..", "results"), ("https://a.example/.hidden", "results"),
            ("https://a.example/ann%40x.example", "results"), ("https://a.example/a;b", "results"),
            ("https://a.example/\(String(repeating: "a", count: 101))", "results"), ("https://a.example/a#/b", "a"),
        ]
    )
    func names(url: String, name: String) {
        #expect(ResultsFile.name(url) == name)
    }

    @Test(
        "Its type is what the reply says, if it is one",
        arguments: [
            ("application/json", "application/json"), ("application/zip;x=1", "application/zip"),
            ("Text/CSV; Charset=\"ISO-8859-1\"", "text/csv; charset=iso-8859-1"),
            ("multipart/x; boundary=a; charset=utf-8", "multipart/x; charset=utf-8"),
            ("application/vnd.api+json", "application/vnd.api+json"), ("", "application/octet-stream"),
            ("json", "application/octet-stream"), ("a/b c", "application/octet-stream"),
        ]
    )
    func types(said: String, type: String) {
        let head = HTTPReply(status: 200, headers: [("Content-Type", said)], body: [])
        #expect(ResultsFile.mediaType(head) == type)
    }
}
