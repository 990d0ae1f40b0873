import Fleet
import Foundation
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("A copy from a peer that is not as it should be")
struct HTTPCollectionDoubtTests {
    private static let ann = Identity(.email, "ann@x.example")

    /// Collects one list from a stub, a page a slice.
    private static func collect(
        _ keys: String,
        path: String = "/l/{email}",
        pages: Int = 1,
        _ answer: @escaping @Sendable (String, Int) -> PagesStub.Answer?,
        _ check: @escaping @Sendable (CopyBench.Collected, [String], PagesStub) throws -> Void
    ) async throws {
        let stub = try PagesStub(answer)
        defer { stub.stop() }
        try await HTTPBench.run { bench in
            try await CopyBench.with { copies in
                let system = try HTTPPapers.system(
                    """
                    internal: true
                    connector:
                      kind: http
                      url: \(stub.base)
                      auth: {kind: bearer, secret: "env:TOKEN"}
                      collect:
                        calls:
                          - {method: GET, path: "\(path)", dataset: list, match: any, \(keys)}
                    """
                )
                let order = HTTPBench.order(system, .act, .collect, [Self.ann], copy: copies.desk())
                let connector = HTTPConnector(bench.services, pagesInSlice: pages)
                let collected = await copies.collect(order, with: connector)
                #expect(copies.scratch.isEmpty)
                try check(collected, try await copies.rows(collected.pieces)["list"] ?? [], stub)
            }
        }
    }

    // MARK: Pages

    @Test(
        "Pages that go round in a circle end it, whatever its length, and however short the slices",
        arguments: [1, 100]
    )
    func circle(pages: Int) async throws {
        for length in [1, 2, 3, 7] {
            // Three pages lead into the circle.
            try await Self.collect("items: list, next: next", pages: pages) { path, _ in
                let number = path.split(separator: "?").dropFirst().first.flatMap { Int($0) } ?? 0
                let next = number < 2 + length ? number + 1 : 3
                return PagesStub.Answer(200, #"{"list": [\#(number)], "next": "/l?\#(next)"}"#)
            } _: { collected, _, stub in
                #expect(collected.report.verdict == .refused("pagination_loop"), "\(length)")
                #expect(collected.report.findings == TargetFindings())
                #expect(stub.heard.count <= 3 * (3 + length) + 2, "\(length)")
            }
        }
    }

    @Test("A cursor that comes twice is a circle, too")
    func cursor() async throws {
        try await Self.collect("items: list, next: c", path: "/l/{email}?c={cursor}", pages: 100) { _, _ in
            PagesStub.Answer(200, #"{"list": [1], "c": "again"}"#)
        } _: { collected, _, stub in
            #expect(collected.report.verdict == .refused("pagination_loop"))
            #expect(stub.heard == ["/l/ann%40x.example", "/l/ann%40x.example?c=again"])
        }
    }

    @Test(
        "A next page elsewhere is not asked for: credentials go nowhere else",
        arguments: [
            "https://evil.example/l", "//evil.example/l", "http://127.0.0.1:1/l", "http://ann@127.0.0.1/l", "l?2",
            "http://evil.example@127.0.0.1:PORT/l", "HTTPS://127.0.0.1/l", "ftp://127.0.0.1/l",
        ]
    )
    func foreign(next: String) async throws {
        for isHeader in [false, true] {
            try await Self.collect("items: list, \(isHeader ? "next_header: Link" : "next: next")") { _, _ in
                PagesStub.Answer(
                    200,
                    #"{"list": [1], "next": "\#(next)"}"#,
                    headers: isHeader ? ["Link: <\(next)>; rel=\"next\""] : []
                )
            } _: { collected, _, stub in
                #expect(collected.report.verdict == .refused("foreign_address"), "\(next)")
                #expect(stub.heard.count == 1)
            }
        }
    }

    @Test(
        "Where the next page is, is read as it was meant",
        arguments: [
            ("Link: <BASE/l?2>; rel=\"next\"", true), ("link: </l?2>; rel=next", true),
            ("Link: <BASE/a>; rel=\"prev\", <BASE/l?2>; title=\"a, b; c\"; rel=\"last next\"", true),
            ("Link: <BASE/a>; rel=\"first\"; title=\"next\"", false), ("Link: <BASE/a>", false), ("Link: ", false),
            ("Link: <BASE/a>; relation=\"next\"", false), ("Link: <BASE/a>; rel=\"next-archive\"", false),
        ]
    )
    func link(header: String, hasNext: Bool) async throws {
        try await Self.collect("items: list, next_header: Link") { path, _ in
            path == "/l?2"
                ? PagesStub.Answer(200, #"{"list": [2]}"#)
                : PagesStub.Answer(200, #"{"list": [1]}"#, headers: [header.replacing("BASE", with: "")])
        } _: { collected, rows, _ in
            #expect(collected.report.verdict == .done())
            #expect(rows == [#"{"value":1}"#, #"{"value":2}"#].prefix(hasNext ? 2 : 1).map { $0 })
        }
    }

    @Test("A page that is the last says so, or is not: what it says of it is not guessed")
    func more() async throws {
        for (more, wanted) in [
            ("true", AttemptVerdict.Outcome.done), ("false", .done), ("null", .retry), ("\"true\"", .retry),
        ] {
            try await Self.collect("items: list, next: next, more: meta.more", pages: 100) { path, _ in
                PagesStub.Answer(
                    200,
                    path == "/l?2"
                        ? #"{"list": [2], "next": "/l?3", "meta": {"more": false}}"#
                        : #"{"list": [1], "next": "BASE/l?2", "meta": {"more": \#(more)}}"#
                )
            } _: { collected, rows, _ in
                #expect(collected.report.verdict.outcome == wanted, "\(more)")
                if wanted == .done { #expect(rows.count == (more == "true" ? 2 : 1)) }
            }
        }
    }

    @Test(
        "A reply that is not as described is a bad one, not an empty list",
        arguments: [
            #"{"lists": []}"#, #"{"list": "none"}"#, "", "no", "[]", #"{"list": [1], "next": {"a": 1}}"#,
            #"{"list": [{"a": 1, "a": 2}]}"#, #"{"list": [1], "next": true}"#,
        ]
    )
    func bad(body: String) async throws {
        try await Self.collect("items: list, next: next") { _, _ in
            PagesStub.Answer(200, body)
        } _: { collected, _, _ in
            #expect(collected.report.verdict == .retry("bad_reply", status: 200, blamesTarget: true))
            #expect(collected.report.findings == TargetFindings())
        }
    }

    @Test("A page beyond eight mebibytes is not taken in")
    func large() async throws {
        let body = #"{"list": ["\#(String(repeating: "x", count: HTTPCollection.pageLimit))"]}"#
        try await Self.collect("items: list") { _, _ in
            PagesStub.Answer(200, body)
        } _: { collected, _, _ in
            #expect(collected.report.verdict == .retry("too_large", blamesTarget: true))
        }
    }

    // MARK: Failures

    @Test("What fails in the middle of a list goes on there: rested as it was asked, and no row twice or missing")
    func failures() async throws {
        // Two pages, then trouble three times over, then the rest.
        try await Self.collect("items: list, next: next", pages: 100) { path, before in
            let number = path.split(separator: "?").dropFirst().first.flatMap { Int($0) } ?? 0
            if number == 2, before == 0 { return PagesStub.Answer(429, headers: ["Retry-After: 0"]) }
            if number == 3, before < 2 { return PagesStub.Answer(503) }
            let next = number < 4 ? "\"/l?\(number + 1)\"" : "null"
            return PagesStub.Answer(200, #"{"list": [\#(number)], "next": \#(next)}"#)
        } _: { collected, rows, _ in
            // After 0 and 1; after 2, at which the first 503 stands in the way; the second one is a failure.
            #expect(collected.report.verdict == .retry("http_503", status: 503, blamesTarget: true))
            #expect(collected.report.findings == TargetFindings())
            #expect(collected.slices == 3 && rows == [0, 1, 2].map { #"{"value":\#($0)}"# })
        }
    }

    @Test("A peer that wants to be left alone is, from the first page on and between pages")
    func patience() async throws {
        try await Self.collect("items: list, next: next", pages: 1) { _, _ in
            PagesStub.Answer(429, headers: ["Retry-After: 33"])
        } _: { collected, _, _ in
            #expect(
                collected.report.verdict == .retry("http_429", status: 429, after: .seconds(33), blamesTarget: false)
            )
        }
        let stub = try PagesStub { path, _ in
            path == "/l?2"
                ? PagesStub.Answer(429, headers: ["Retry-After: 33"])
                : PagesStub.Answer(200, #"{"list": [1], "next": "/l?2"}"#)
        }
        defer { stub.stop() }
        try await HTTPBench.run { bench in
            try await CopyBench.with { copies in
                let system = try HTTPPapers.system(
                    """
                    internal: true
                    connector:
                      kind: http
                      url: \(stub.base)
                      collect:
                        calls: [{method: GET, path: "/l/{email}", dataset: list, match: any, items: list, next: next}]
                    """
                )
                let order = HTTPBench.order(system, .act, .collect, [Self.ann], copy: copies.desk())
                let report = await bench.connector.perform(order)
                #expect(report.verdict == .waiting(after: .seconds(33), status: 429))
                #expect(report.findings.pieces.map(\.rows) == [1] && report.findings.checkpoint != nil)
            }
        }
    }

    @Test("A 404 in the middle of a list is not its end")
    func pageGone() async throws {
        try await Self.collect("items: list, next: next, statuses: {404: absent}", pages: 100) { path, _ in
            path == "/l?2" ? nil : PagesStub.Answer(200, #"{"list": [1], "next": "/l?2"}"#)
        } _: { collected, _, _ in
            #expect(collected.report.verdict == .refused("page_gone", status: 404))
        }
    }

    // MARK: Our own

    @Test(
        "Without a store nothing is asked; where it goes on only its own export opens; an absent store blames nobody"
    )
    func own() async throws {
        let stub = try PagesStub { path, _ in PagesStub.Answer(200, #"{"list": [1], "next": "\#(path)1"}"#) }
        defer { stub.stop() }
        try await HTTPBench.run { bench in
            let system = try HTTPPapers.system(
                """
                internal: true
                connector:
                  kind: http
                  url: \(stub.base)
                  collect:
                    calls: [{method: GET, path: "/l/{email}", dataset: list, match: any, items: list, next: next}]
                """
            )
            let bare = HTTPBench.order(system, .act, .collect, [Self.ann])
            #expect(await bench.connector.perform(bare).verdict == .refused("no_store"))
            let connector = HTTPConnector(bench.services, pagesInSlice: 2)
            try await CopyBench.with { copies in
                let order = HTTPBench.order(system, .act, .collect, [Self.ann], copy: copies.desk())
                let verify = HTTPBench.next(order, after: nil, .verify)
                #expect(await connector.perform(verify).verdict == .refused("nothing_to_ask"))
                let report = await connector.perform(order)
                let count = stub.heard.count
                try await CopyBench.with { others in
                    let other = HTTPBench.order(
                        system,
                        .act,
                        .collect,
                        [Self.ann],
                        checkpoint: report.findings.checkpoint,
                        copy: others.desk()
                    )
                    #expect(await connector.perform(other).verdict == .retry("unreadable", blamesTarget: false))
                }
                #expect(stub.heard.count == count)
                copies.remove()
                let next = await connector.perform(HTTPBench.next(order, after: report))
                #expect(next.verdict == .retry("store_unreachable", blamesTarget: false))
                #expect(next.findings == TargetFindings())
            }
        }
    }

    @Test("N3: what was put into a store before it is full is taken back with the slice that fails", .smallDisk)
    func fullDisk() async throws {
        let disk = try SmallDisk(megabytes: 1)
        let much = String(repeating: "x", count: 2 << 20)
        let stub = try PagesStub { path, _ in
            PagesStub.Answer(200, path.hasPrefix("/few") ? #"{"list": [1]}"# : #"{"list": ["\#(much)"]}"#)
        }
        defer { stub.stop() }
        try await HTTPBench.run { bench in
            let system = try HTTPPapers.system(
                """
                internal: true
                connector:
                  kind: http
                  url: \(stub.base)
                  collect:
                    calls:
                      - {method: GET, path: "/few/{email}", dataset: few, match: any, items: list}
                      - {method: GET, path: "/much/{email}", dataset: much, match: any, items: list}
                """
            )
            try await CopyBench.with(in: disk.path) { copies in
                let order = HTTPBench.order(system, .act, .collect, [Self.ann], copy: copies.desk())
                for _ in 0..<2 {
                    let report = await HTTPConnector(bench.services).perform(order)
                    #expect(report.verdict == .retry("disk_full", blamesTarget: false))
                    #expect(report.findings == TargetFindings())
                    #expect(disk.files == [])
                }
                #expect(stub.heard.count == 4)
            }
        }
    }

    @Test("N2: neither verdict nor findings hold anything of the person, and the store nothing that can be read")
    func canary() async throws {
        let canary = Canary()
        let mail = Identity(.email, canary.email)
        let stub = try PagesStub { path, _ in
            path.hasPrefix("/find")
                ? PagesStub.Answer(200, #"[{"id": "\#(canary.word)", "email": "\#(canary.email)"}]"#)
                : PagesStub.Answer(200, #"{"list": ["\#(canary.name)"], "next": "/l/\#(canary.word)?\#(UUID())"}"#)
        }
        defer { stub.stop() }
        try await HTTPBench.run { bench in
            try await CopyBench.with { copies in
                let system = try HTTPPapers.system(
                    """
                    internal: true
                    connector:
                      kind: http
                      url: \(stub.base)
                      collect:
                        lookup: {method: GET, path: "/find?q={email}", items: $, match: email}
                        calls: [{method: GET, path: "/l/{id}", dataset: list, items: list, next: next}]
                    """
                )
                var order = HTTPBench.order(system, .act, .collect, [mail], copy: copies.desk())
                let connector = HTTPConnector(bench.services, pagesInSlice: 2)
                for _ in 0..<3 {
                    let report = await connector.perform(order)
                    #expect(report.findings.pieces.map(\.rows) == [2])
                    let piece = try #require(report.findings.pieces.first)
                    let sealed = try await copies.raw(piece)
                    let text = "\(report.verdict) \(report.findings.text) \(report.attempt) \(sealed)".lowercased()
                    for trace in canary.traces { #expect(!text.contains(trace.text), "\(trace.kind)") }
                    order = HTTPBench.next(order, after: report)
                }
            }
        }
    }
}
