import Fleet
import Foundation
import Outbound
import Rights
import TestKit
import Testing

@testable import Connectors

@Suite("A copy from a peer with a REST API")
struct HTTPCollectionTests {
    private static let ann = Identity(.email, "ann@x.example")
    private static let one = Identity(.controllerCustomerID, "1")

    private static func put(_ bench: HTTPBench, _ peer: String, tickets: Int) async throws {
        let list = (0..<tickets).map { #"{"n": \#($0), "text": "ticket \#($0)"}"# }.joined(separator: ", ")
        let user = #"{"email": "ann@x.example", "name": "Ann", "tickets": [\#(list)]}"#
        #expect(try await bench.call("PUT", "/rest/\(peer)/users/1", user).status == 204)
    }

    private static func tickets(_ count: Int) -> [String] {
        (0..<count).map { #"{"n":\#($0),"text":"ticket \#($0)"}"# }
    }

    /// A copy of one list, with these keys beside.
    private static func system(_ url: String, _ keys: String, alive: String = "", path: String = "/l/{email}") throws
        -> DataSystem
    {
        try HTTPPapers.system(
            """
            internal: true
            connector:
              kind: http
              url: \(url)
              \(alive)
              collect:
                calls:
                  - {method: GET, path: "\(path)", dataset: list, match: any, \(keys)}
            """
        )
    }

    // MARK: Pages and slices

    @Test("Every list is read to its end, two pages a slice, and counted over all slices")
    func slices() async throws {
        try await HTTPBench.run { bench in
            try await CopyBench.with { copies in
                try await bench.script("p", "{rest: {page_size: 4}}")
                try await Self.put(bench, "p", tickets: 21)
                let system = try bench.shipped("sandbox.yaml", "p")
                let order = HTTPBench.order(system, .act, .collect, [Self.ann], copy: copies.desk())
                let connector = HTTPConnector(bench.services, pagesInSlice: 2)
                let first = await connector.perform(order)
                #expect(first.verdict == .waiting(after: .zero))
                // The user, and a page of tickets.
                #expect(first.findings.pieces.map(\.rows) == [1, 4] && first.findings.done == 5)
                #expect(first.findings.rows == nil && first.findings.parts.isEmpty && first.findings.level == nil)
                let collected = await copies.collect(order, with: connector)
                #expect(collected.report.verdict == .done())
                #expect(collected.slices == 4)
                let findings = collected.report.findings
                #expect(findings.rows == 22 && findings.level == .attestation && findings.checkpoint == nil)
                #expect(findings.parts == [.init("user", "copied", rows: 1), .init("tickets", "copied", rows: 21)])
                let rows = try await copies.rows(collected.pieces)
                #expect(rows["tickets"] == Self.tickets(21))
                #expect(rows["user"]?.count == 1 && rows["user"]?[0].contains(#""name":"Ann""#) == true)
                #expect(try await copies.read(collected.pieces[0]).header == CopyHeader(columns: []))
                #expect(copies.scratch.isEmpty)
            }
        }
    }

    @Test(
        "The next page is found by its address, by a cursor, or by a header",
        arguments: [
            #"path: "/users/{id}/tickets", next: next"#, #"path: "/users/{id}/tickets", next_header: Link"#,
            #"path: "/users/{id}/tickets?cursor={cursor}", next: cursor"#,
            #"path: "/users/{id}/tickets?a=b&cursor={cursor}&c=d", next: cursor, more: has_more"#,
        ]
    )
    func forms(keys: String) async throws {
        try await HTTPBench.run { bench in
            try await CopyBench.with { copies in
                try await bench.script("p", "{rest: {page_size: 3}}")
                try await Self.put(bench, "p", tickets: 10)
                let system = try bench.system(
                    "p",
                    """
                      collect:
                        lookup: {method: GET, path: "/users/{controller_customer_id}"}
                        calls:
                          - {method: GET, \(keys), dataset: tickets, items: records}
                    """
                )
                let order = HTTPBench.order(system, .act, .collect, [Self.one], copy: copies.desk())
                let collected = await copies.collect(order, with: bench.connector)
                #expect(collected.report.verdict == .done())
                #expect(try await copies.rows(collected.pieces) == ["tickets": Self.tickets(10)])
            }
        }
    }

    @Test(
        "The rows are the same however long a slice is, and whichever slices were lost",
        arguments: [1, 2, 3, 5, 100]
    )
    func resumed(pages: Int) async throws {
        try await HTTPBench.run { bench in
            try await CopyBench.with { copies in
                try await bench.script("p", "{rest: {page_size: 3}}")
                try await Self.put(bench, "p", tickets: 20)
                let system = try bench.shipped("sandbox.yaml", "p")
                let order = HTTPBench.order(system, .act, .collect, [Self.one], copy: copies.desk())
                let connector = HTTPConnector(bench.services, pagesInSlice: pages)
                for isLost: (Int) -> Bool in [{ _ in false }, { $0 % 3 == 1 }] {
                    let collected = await copies.collect(order, with: connector, isLost: isLost)
                    #expect(collected.report.verdict == .done() && collected.report.findings.rows == 21)
                    let rows = try await copies.rows(collected.pieces)
                    #expect(rows["tickets"] == Self.tickets(20) && rows["user"]?.count == 1)
                }
            }
        }
    }

    @Test("A slice ends when its time is over, and has read a page then")
    func time() async throws {
        try await HTTPBench.run { bench in
            try await CopyBench.with { copies in
                try await bench.script("p", "{rest: {page_size: 5}}")
                try await Self.put(bench, "p", tickets: 15)
                let system = try bench.shipped("sandbox.yaml", "p")
                let desk = copies.desk(slice: .zero)
                let order = HTTPBench.order(system, .act, .collect, [Self.one], copy: desk)
                let collected = await copies.collect(order, with: bench.connector)
                #expect(collected.slices == 4)
                #expect(try await copies.rows(collected.pieces)["tickets"] == Self.tickets(15))
            }
        }
    }

    // MARK: Records

    @Test("A record is handed over as it was written, letter by letter and digit by digit, on one line")
    func lossless() async throws {
        let stub = try PagesStub { _, _ in
            PagesStub.Answer(
                200,
                """
                {"data": {"list": [
                  { "big" : 12345678901234567890.1234500 , "small": 1.0e-30,\r
                    "text": "a \\"b\\" {c} [d] \\u00e4 ü \\n , :", "empty": { }, "none": [ ], "deep": [ 1,  [ {"x" : null } ] ] },
                  "text with \\" and blanks", -0, 1E5 , true, null, [ 1, 2 ]
                ]}}
                """
            )
        }
        defer { stub.stop() }
        try await HTTPBench.run { bench in
            try await CopyBench.with { copies in
                let system = try Self.system(stub.base, "items: data.list")
                let order = HTTPBench.order(system, .act, .collect, [Self.ann], copy: copies.desk())
                let collected = await copies.collect(order, with: bench.connector)
                let rows = try await copies.rows(collected.pieces)["list"]
                #expect(
                    rows == [
                        #"{"big":12345678901234567890.1234500,"small":1.0e-30,"#
                            + #""text":"a \"b\" {c} [d] \u00e4 ü \n , :","empty":{},"none":[],"deep":[1,[{"x":null}]]}"#,
                        #"{"value":"text with \" and blanks"}"#, #"{"value":-0}"#, #"{"value":1E5}"#,
                        #"{"value":true}"#, #"{"value":null}"#, #"{"value":[1,2]}"#,
                    ]
                )
            }
        }
    }

    @Test("Whoever else a search finds is not handed over")
    func others() async throws {
        try await HTTPBench.run { bench in
            try await CopyBench.with { copies in
                for (id, mail) in [("1", "ann@x.example"), ("2", "joann@x.example"), ("3", "Ann@x.example")] {
                    try await bench.put("p", id, email: mail)
                }
                let system = try bench.system(
                    "p",
                    """
                      collect:
                        calls:
                          - method: GET
                            path: /users?email={email}
                            dataset: users
                            items: users
                            match: fields.email
                            next: next
                    """
                )
                let order = HTTPBench.order(system, .act, .collect, [Self.ann], copy: copies.desk())
                let collected = await copies.collect(order, with: bench.connector)
                let rows = try await copies.rows(collected.pieces)["users"] ?? []
                #expect(rows.count == 2 && rows.allSatisfy { !$0.contains("joann") })
            }
        }
    }

    @Test("What one identity has found is not asked for by the next, and a list of nobody's is empty")
    func identities() async throws {
        let stub = try PagesStub { path, _ in
            PagesStub.Answer(200, path.hasSuffix("/1") ? "[]" : #"[{"at": "\#(path)"}]"#)
        }
        defer { stub.stop() }
        try await HTTPBench.run { bench in
            try await CopyBench.with { copies in
                let text = """
                    internal: true
                    connector:
                      kind: http
                      url: \(stub.base)
                      accepts: [controller_customer_id, email, phone]
                      collect:
                        calls:
                          - {method: GET, path: "/by/{identity}", dataset: a, items: $, match: any}
                          - {method: GET, path: "/phones/{phone}", dataset: b, items: $, match: any}
                          - {method: GET, path: "/mails/{email}", dataset: a, items: $, match: any}
                    """
                let others = [Identity(.email, "bo@x.example"), Self.ann, Identity(.controllerCustomerID, "7")]
                for (identities, asked, count) in [
                    ([Self.one, Self.ann], ["/by/1", "/by/ann%40x.example", "/mails/ann%40x.example"], 2),
                    (others, ["/by/bo%40x.example", "/by/ann%40x.example"], 4),
                ] {
                    let order = HTTPBench.order(
                        try HTTPPapers.system(text),
                        .act,
                        .collect,
                        identities,
                        copy: copies.desk()
                    )
                    let before = stub.heard.count
                    let collected = await copies.collect(order, with: bench.connector)
                    #expect(collected.report.findings.rows == count)
                    // Without a phone nobody is asked by one, and nothing is said of it.
                    #expect(collected.report.findings.parts == [.init("a", "copied", rows: count)])
                    #expect(Array(stub.heard[before...].prefix(asked.count)) == asked)
                    #expect(try await copies.rows(collected.pieces)["a"]?.count == count)
                }
                let nobody = HTTPBench.order(
                    try Self.system(stub.base, "items: $"),
                    .act,
                    .collect,
                    [Self.one],
                    copy: copies.desk()
                )
                #expect(await bench.connector.perform(nobody).verdict == .refused("no_identity"))
            }
        }
    }

    // MARK: Nothing there

    @Test("Nobody found is already absent, and the lists are named all the same")
    func nobody() async throws {
        try await HTTPBench.run { bench in
            try await CopyBench.with { copies in
                let system = try bench.shipped("sandbox.yaml", "p")
                let order = HTTPBench.order(system, .act, .collect, [Self.one, Self.ann], copy: copies.desk())
                let report = await bench.connector.perform(order)
                #expect(report.verdict == .done(.alreadyAbsent))
                #expect(report.findings.rows == 0 && report.findings.pieces.isEmpty)
                #expect(report.findings.parts.map(\.rows) == [0, 0])
                #expect(try await copies.objects().isEmpty)
            }
        }
    }

    @Test("A 404 is nothing where the description says so, if the API is there at all, and a refusal elsewhere")
    func notFound() async throws {
        let stub = try PagesStub { path, _ in path == "/alive" ? PagesStub.Answer() : nil }
        defer { stub.stop() }
        try await HTTPBench.run { bench in
            try await CopyBench.with { copies in
                let absent = "items: $, statuses: {404: absent}"
                for (keys, alive, wanted) in [
                    ("items: $", "", AttemptVerdict.refused("http_404", status: 404)),
                    (absent, "", .done(.alreadyAbsent)),
                    (absent, "alive: {method: GET, path: /alive}", .done(.alreadyAbsent)),
                    (absent, "alive: {method: GET, path: /dead}", .retry("not_alive", status: 404, blamesTarget: true)),
                ] {
                    let system = try Self.system(stub.base, keys, alive: alive)
                    let order = HTTPBench.order(system, .act, .collect, [Self.ann], copy: copies.desk())
                    let collected = await copies.collect(order, with: bench.connector)
                    #expect(collected.report.verdict == wanted, "\(keys) \(alive)")
                }
            }
        }
    }
}
