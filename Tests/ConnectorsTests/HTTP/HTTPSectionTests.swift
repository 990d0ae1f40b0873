import Foundation
import Rights
import Testing

@testable import Fleet

@Suite("The data map's section of an http connector")
struct HTTPSectionTests {
    private static func connector(_ keys: String) -> String {
        "connector:\n  kind: http\n  url: https://a.example\n" + keys
    }

    /// An erasure with these calls and nothing else.
    private static func erase(_ lines: String) -> String {
        connector("  erase:\n" + lines.split(separator: "\n").map { "    \($0)\n" }.joined())
    }

    /// A copy with one call.
    private static func collect(_ call: String) -> String {
        connector("  collect: {calls: [{\(call)}]}\n")
    }

    private static let only = "method: GET, path: '/u/{email}', dataset: a, items: $, match: any"
    /// The same, in the middle of its path.
    private static let cursor = "method: GET, dataset: a, items: $, match: any, path: '/u/{email}"
    private static let delete = "calls: [{method: DELETE, path: '/u/{email}'}]\n"

    @Test(
        "refuses what cannot be meant, at its place",
        arguments: [
            (connector("  secret: x\n"), "connector.secret is not a key"),
            (connector(""), "connector.erase is missing"),
            ("connector: {kind: http, url: 'ftp://a.example', erase: {}}", "connector.url is no http"),
            ("connector: {kind: http, url: 'https://u:p@a.example', erase: {}}", "connector.url is no http"),
            ("connector: {kind: http, url: 'https://a.example?x=1', erase: {}}", "connector.url is no http"),
            (connector("  auth: bearer\n"), "connector.auth is no way"),
            (connector("  auth: {kind: bearer, secret: abc}\n"), "auth.secret is no reference"),
            (connector("  auth: {kind: basic, secret: 'env:A'}\n"), "auth.user is missing"),
            (connector("  auth: {kind: header, secret: 'env:A', header: 'X Y'}\n"), "auth.header is no header"),
            (connector("  auth: {kind: digest, secret: 'env:A'}\n"), "auth.kind is no way"),
            (connector("  key_header: 'a:b'\n"), "key_header is no header"),
            (connector("  headers: {Authorization: x}\n"), "headers.Authorization would hold a secret"),
            (connector("  headers: {Content-Length: '1'}\n"), "headers.Content-Length is no header"),
            (connector("  headers: {X-Id: '{email}'}\n"), "headers.X-Id holds {email}"),
            (connector("  poll_every: 0\n"), "poll_every is not a number"),
            (erase("verify: {method: GET, path: '/u/{email}'}"), "erase.calls is missing"),
            (erase("calls: [{method: FETCH, path: '/u/{email}'}]"), "calls.method is no method"),
            (erase("calls: [{method: DELETE, path: 'u/{email}'}]"), "calls.path is no path"),
            (erase("calls: [{method: DELETE, path: '//u/{email}'}]"), "calls.path is no path"),
            (erase("calls: [{method: DELETE, path: '/u v/{email}'}]"), "calls.path is no path"),
            (erase("calls: [{method: DELETE, path: '/u/{mail}'}]"), "calls.path holds an unknown placeholder"),
            (erase("calls: [{method: DELETE, path: '/u/{id}'}]"), "calls.path holds {id}"),
            (erase("calls: [{method: DELETE, path: '/u/{value}'}]"), "calls.path holds {value}"),
            (erase("calls: [{method: DELETE, path: /u}]"), "erase.calls has a DELETE that says not whom"),
            (erase("calls: [{method: POST, path: '/u/{email}'}]"), "erase.calls has a POST that cannot be made again"),
            (erase("calls: [{method: POST, path: '/u/{email}', body: '{id}}'}]"), "calls.body holds {id}"),
            (erase("calls: [{method: POST, path: '/u', body: '[\"{email}'}]"), "calls.body is no JSON"),
            (erase("calls: [{method: POST, path: '/u', body: {a: {email}}}]"), "calls.body has an empty value"),
            (erase("calls: [{method: GET, path: '/u/{email}', body: {a: 1}}]"), "calls.body goes with no GET"),
            (
                erase("calls: [{method: DELETE, path: '/u/{email}', statuses: {604: done}}]"),
                "statuses.604 is no status"
            ),
            (
                erase("calls: [{method: DELETE, path: '/u/{email}', statuses: {200: gone}}]"),
                "statuses.200 is not a word"
            ),
            (erase("calls: [{method: DELETE, path: '/u/{email}', statuses: {200: present}}]"), "cannot mean that here"),
            (
                erase("calls: [{method: DELETE, path: '/u/{email}', statuses: {302: done}}]"),
                "statuses.302 is a redirect"
            ),
            (erase("calls: [{method: DELETE, path: '/u/{email}', statuses: {202: pending}}]"), "erase.poll is missing"),
            (erase("calls: [{method: DELETE, path: '/u/{email}', field: a}]"), "calls.field and words go together"),
            (erase("calls: [{method: DELETE, path: '/u/{email}', items: a}]"), "calls.items is not a key"),
            (erase("calls: [{method: DELETE, path: '/u/{email}', reference: 'a b'}]"), "calls.reference is no place"),
            (erase(delete + "poll: {method: GET, path: '/u/{email}'}"), "erase.poll says not how"),
            (erase(delete + "verify: {method: GET, path: '/u?q={email}', items: a}"), "verify.items takes whatever"),
            (erase(delete + "verify: {method: GET, path: '/u/{email}', next: a}"), "verify.next turns pages"),
            (erase(delete + "fields: {a: b}"), "erase.fields belongs to rectify"),
            (erase(delete + "undo: {}"), "erase.undo is not a key"),
            (
                connector("  restrict:\n    \(delete)    verify: {method: GET, path: '/u/{email}'}\n"),
                "restrict.verify says not how"
            ),
            (
                connector("  rectify: {calls: [{method: PUT, path: '/u/{email}/{field}', body: {v: '{value}'}}]}\n"),
                "rectify.fields is missing"
            ),
            (
                connector("  erase_tenant: {calls: [{method: DELETE, path: '/u/{email}'}]}\n"),
                "calls.path holds {email}"
            ),
            (connector("  accepts: [email, phone]\n  erase: {\(delete.dropLast())}\n"), "accepts lists a type"),
            (connector("  accepts: [phone]\n  erase: {\(delete.dropLast())}\n"), "accepts lists a type"),
            (
                connector("  erase: {calls: [{method: DELETE, path: '/u/{identity}'}]}\n"),
                "connector.accepts is missing"
            ),
        ]
    )
    func faults(_ text: String, _ wanted: String) {
        let fault = #expect(throws: PolicyFault.self) { try HTTPPapers.system(text) }
        #expect(fault?.description.contains(wanted) == true, "\(fault?.description ?? "none")")
        #expect(fault?.place.hasPrefix("peer.yaml line ") == true)
        #expect(fault?.remedy.isEmpty == false)
    }

    @Test(
        "refuses what makes no sense of a copy, at its place",
        arguments: [
            (
                collect("method: DELETE, path: '/u/{email}', dataset: a, items: $, match: any"),
                "calls.method hands nothing"
            ),
            (collect("method: GET, path: '/u/{email}', items: $, match: any"), "calls.dataset is missing"),
            (
                collect("method: GET, path: '/u/{email}', dataset: 'a/b', items: $, match: any"),
                "calls.dataset is missing"
            ),
            (collect("method: GET, path: '/u/{email}', dataset: a"), "calls.items is missing"),
            (collect("method: GET, path: '/u/{email}', dataset: a, items: $"), "calls.items takes whatever"),
            (collect("method: GET, path: /u, dataset: a, items: $"), "collect.calls has a GET that says not whom"),
            (collect("\(only), next: a, next_header: Link"), "calls.next_header and next"),
            (collect("\(only), more: a"), "calls.more goes with no page"),
            (collect("\(only), field: a, words: {b: absent}"), "calls.field is not a key"),
            (collect("\(only), reference: a"), "calls.reference is not a key"),
            (collect("\(only), category: a"), "calls.category is not a key"),
            (collect("\(only), statuses: {202: pending}"), "statuses.202 cannot mean that"),
            (collect("\(only), statuses: {200: done}"), "statuses.200 cannot mean that"),
            (collect("\(only), headers: {X-C: '{cursor}'}"), "headers.X-C holds {cursor}"),
            (collect("\(cursor)?c={cursor}'"), "calls.path holds {cursor}, which is nowhere"),
            (collect("\(cursor)/{cursor}', next: c"), "calls.path holds {cursor} elsewhere"),
            (collect("\(cursor)?c=a{cursor}', next: c"), "calls.path holds {cursor} elsewhere"),
            (collect("\(cursor)?c={cursor}a', next: c"), "calls.path holds {cursor} elsewhere"),
            (collect("\(cursor)?c={cursor}&d={cursor}', next: c"), "calls.path holds {cursor} elsewhere"),
            (collect("\(cursor)?={cursor}', next: c"), "calls.path holds {cursor} elsewhere"),
            (collect("\(only)}], verify: [{method: GET, path: '/u/{email}'"), "collect.verify belongs to what"),
            (collect("\(only)}], poll: [{method: GET, path: '/u/{email}'"), "collect.poll belongs to what"),
            (collect("\(only)}], cancel: [{method: GET, path: '/u/{email}'"), "collect.cancel belongs to what"),
            (erase("calls: [{method: DELETE, path: '/u/{email}', dataset: a}]"), "calls.dataset is not a key"),
            (erase("calls: [{method: DELETE, path: '/u/{email}?c={cursor}'}]"), "calls.path holds {cursor}"),
            (erase(delete + "verify: {method: GET, path: '/u', next_header: Link}"), "verify.next_header is not a key"),
        ]
    )
    func copyFaults(_ text: String, _ wanted: String) {
        let fault = #expect(throws: PolicyFault.self) { try HTTPPapers.system(text) }
        #expect(fault?.description.contains(wanted) == true, "\(fault?.description ?? "none")")
        #expect(fault?.remedy.isEmpty == false)
    }

    @Test("G12: a mandatory system that nobody looks at afterwards is refused")
    func mandatory() {
        let text = "id: peer\nkind: subprocessor\n" + Self.erase(Self.delete)
        let entry = "- " + text.replacing("\n", with: "\n  ")
        let fault = #expect(throws: PolicyFault.self) { try SystemFile.entries(entry, path: "peer.yaml") }
        #expect(fault?.fault.contains("G12") == true)
    }

    @Test("reads a whole description")
    func whole() throws {
        let description = try HTTPPapers.description(
            """
            connector:
              kind: http
              url: https://a.example/v2/
              auth: {kind: header, header: X-Token, prefix: "Token ", secret: "env:TOKEN"}
              key_header: Idempotency-Key
              poll_every: 5
              clients: {acme: "77"}
              headers: {X-Version: "2"}
              erase:
                lookup: {method: GET, path: "/u?q={email}", items: users, match: mail, id: uid, next: next}
                calls:
                  - method: POST
                    path: /u/{id}/erase
                    body: {why: gdpr, deep: true, n: 1, list: [a, "2", null], id: "{id}"}
                    statuses: {2xx: done, 202: pending, 409: retry}
                    reference: job.id
                    grace: until
                    retry_after: 9
                poll: {method: GET, path: "/j/{reference}", field: state, words: {ready: done}, otherwise: pending}
                verify: [{method: GET, path: "/u/{id}"}]
                cancel: {method: DELETE, path: "/j/{reference}"}
            """
        )
        #expect(description.url == "https://a.example/v2")
        #expect(description.authentication == .header(name: "X-Token", prefix: "Token ", value: "env:TOKEN"))
        #expect(description.identities == [.email])
        #expect(description.operations == [.erase] && description.verifies(.erase))
        let erase = try #require(description.procedures[.erase])
        let call = try #require(erase.calls.first)
        #expect(call.statuses == [202: .pending, 409: .retry] && call.statusClasses == [2: .done])
        #expect(call.reference == "job.id" && call.grace == "until" && call.retryAfter == 9)
        let body = try call.body?.template.filled([.id: "7"], as: .json)
        #expect(body == #"{"why":"gdpr","deep":true,"n":1,"list":["a","2",null],"id":"7"}"#)
        #expect(erase.lookups.first?.id == "uid" && erase.poll != nil && erase.cancel != nil && erase.remembersAccounts)
    }

    @Test("reads a copy: lists with their names, and where their next pages are")
    func copy() throws {
        let description = try HTTPPapers.description(
            """
            connector:
              kind: http
              url: https://a.example
              collect:
                lookup: {method: GET, path: "/u?q={email}", items: users, match: mail}
                calls:
                  - {method: GET, path: "/u/{id}", dataset: user, items: $}
                  - {method: POST, path: "/t?after={cursor}", body: {u: "{id}"}, dataset: t 1, items: a.b, next: c, more: d}
                  - {method: GET, path: "/m/{id}", dataset: m, items: a, next_header: Link, statuses: {404: absent}}
            """
        )
        #expect(description.operations == [.collect] && !description.verifies(.collect))
        let calls = try #require(description.procedures[.collect]?.calls)
        #expect(calls.map(\.dataset) == ["user", "t 1", "m"] && calls.map(\.items) == ["$", "a.b", "a"])
        #expect(calls.map(\.hasNext) == [false, true, true] && calls.map(\.isByCursor) == [false, true, false])
        #expect(calls[1].more == "d" && calls[2].nextHeader == "Link" && calls[2].statuses == [404: .absent])
    }

    // MARK: Papers

    @Test("The paper's tables have every key, meaning and placeholder, and no other")
    func paper() throws {
        let paper = try HTTPPapers.read("connectors.md")
        func cells(_ heading: String) throws -> Set<String> {
            let start = try #require(paper.range(of: "\n## \(heading)\n"))
            let rest = paper[start.upperBound...]
            let section = rest[..<(rest.range(of: "\n## ")?.lowerBound ?? rest.endIndex)]
            var cells: Set<String> = []
            for line in section.split(separator: "\n") where line.hasPrefix("| `") {
                let cell = line.dropFirst(2).prefix { $0 != "|" }
                for word in cell.split(separator: ",") {
                    cells.insert(word.trimmingCharacters(in: CharacterSet(charactersIn: "` ")))
                }
            }
            return cells
        }
        #expect(try cells("The connector") == Set(HTTPSection.keys + HTTPSection.authenticationKeys))
        #expect(try cells("Operations") == Set(HTTPProcedureSection.keys))
        #expect(try cells("Calls") == Set(HTTPCallSection.keys))
        #expect(try cells("Meanings") == Set(HTTPDescription.Meaning.words))
        let identities = Set(IdentityType.words.map { "{\($0)}" })
        let named = try cells("Placeholders").filter { $0.hasPrefix("{") }
        let known = Set(HTTPPlaceholder.names.map { "{\($0)}" })
        #expect(named.subtracting(identities) == known.subtracting(identities))
        #expect(named.isSubset(of: known))
    }

    @Test("Every shipped description is one, says where it is from, and can be verified; the paper lists it")
    func shipped() throws {
        let paper = try HTTPPapers.read("connectors.md")
        #expect(HTTPPapers.shipped.count >= 8)
        for file in HTTPPapers.shipped {
            let text = try HTTPPapers.read("connectors/\(file)")
            let system = try HTTPPapers.system(text)
            guard case .http(let description) = system.connector else {
                Issue.record("\(file) is no http connector")
                continue
            }
            #expect(description.verifies(.erase), "\(file)")
            #expect(text.contains("# Fill in: "), "\(file)")
            #expect(text.contains("Documentation:") || file == "plain.yaml", "\(file)")
            #expect(paper.contains("(connectors/\(file))"), "\(file)")
        }
    }

    @Test("The paper's example can be applied")
    func example() throws {
        let paper = try HTTPPapers.read("connectors.md")
        let block = try #require(
            paper.components(separatedBy: "```yaml\n").dropFirst().first?.components(separatedBy: "```").first
        )
        let system = try SystemFile.system(block, path: "connectors.md")
        #expect(system.isMandatory && system.verification == .probe)
    }
}
