import Foundation
import Ledger
import Outbound
import Postgres
import TestKit
import Testing

@testable import Console

@Suite("The pages of the console", .database)
struct PageTests {
    static let pages = [
        "/", "/cases", "/cases?state=in_progress&right=erasure&lane=referral&client=globex", "/cases?overdue=1",
        "/cases/\(ConsoleFixture.lateCase)", "/deadlines", "/deadlines?within=90&client=globex", "/targets",
        "/target?id=system%3Acrm", "/target?id=mail", "/incidents", "/incidents?open=1",
        "/incidents/\(ConsoleFixture.incident)", "/parked",
    ]

    @Test("are well-formed, accessible, of our own origin alone and without scripts, each of them")
    func walk() async throws {
        try await ConsoleFixture.with { fixture in
            try await fixture.seed()
            try await RunningConsole.run(fixture.database) { console in
                let cookies = try await console.session()
                for path in Self.pages {
                    let reply = try await console.get(path, cookies: cookies)
                    #expect(reply.status == 200, "\(path)")
                    let page = try HTMLDocument(reply.text)
                    #expect(AccessibilityRules.faults(page) == [], "\(path)")
                    #expect(!reply.text.contains("Could not be had"), "\(path)")
                    #expect(page.named("nav").count == 1)
                    #expect(page.named("a").contains { $0.attributes["aria-current"] == "page" }, "\(path)")
                    #expect(reply.header("Content-Security-Policy")?.hasPrefix("default-src 'none'") == true)
                    #expect(reply.header("Cache-Control") == "no-store")
                    #expect(reply.header("X-Content-Type-Options") == "nosniff")
                    try PageFolder.keep(reply.text, of: path)
                }
                try PageFolder.keep(try await console.get("/console.css").text, of: "/console.css")
                try PageFolder.keep(try await console.get("/login").text, of: "/login")
            }
        }
    }

    @Test("hold everything that is stored as text: markup in it stays text, and control characters draw nothing")
    func canary() async throws {
        try await ConsoleFixture.with { fixture in
            try await fixture.seed()
            let evil = "<script>alert(1)</script>\"'&<b x=1>\u{202E}"
            try await fixture.execute(
                """
                UPDATE habeas.case_file SET publisher_id = $q$\(evil)$q$, right_asked = $q$\(evil)$q$, lane = $q$\(evil)$q$, state = $q$\(evil)$q$,
                  kind = $q$\(evil)$q$, role = $q$\(evil)$q$, profile = $q$\(evil)$q$ WHERE id = '\(ConsoleFixture.lateCase)';
                UPDATE habeas.deadline SET source = $q$\(evil)$q$, clock = clock || $q$\(evil)$q$;
                INSERT INTO habeas.target (id, circuit, circuit_until, circuit_since, last_cause)
                  VALUES ($q$\(evil)$q$, 'open', now(), now(), $q$\(evil)$q$);
                UPDATE habeas.incident SET incident_ref = incident_ref || $q$\(evil)$q$, risk = $q$\(evil)$q$;
                UPDATE habeas.parked_message SET field = $q$\(evil)$q$, fault = $q$\(evil)$q$, remedy = $q$\(evil)$q$;
                INSERT INTO habeas.evidence (chain_id, seq, chain_kind, at, fact, actor, body, prev, hash)
                VALUES ('\(ConsoleFixture.lateCase)', 7, 'case', now(), $q$\(evil)$q$, $q$\(evil)$q$, '{"cause":"<script>"}',
                  decode(repeat('00', 32), 'hex'), decode(repeat('11', 32), 'hex'));
                """
            )
            // A client like that no registry takes; a row of an older program might still say it.
            try await fixture.execute(
                """
                INSERT INTO habeas.case_file (id, client_id, kind, lane, role, regulation, profile, state, state_since, queue, publisher_id, anchor_at,
                  received_at) VALUES ('01990000-0000-7000-8000-000000000001', $q$\(evil)$q$, 'request', 'own', 'controller', 'gdpr', 'x', 'received',
                  now(), 'q', 'p', now(), now());
                """
            )
            try await RunningConsole.run(fixture.database) { console in
                let cookies = try await console.session()
                var seen = 0
                for path in Self.pages + [
                    "/cases/01990000-0000-7000-8000-000000000001", "/target?id=\(QueryText.encoded(evil))",
                ] {
                    let reply = try await console.get(path, cookies: cookies)
                    #expect(reply.status == 200, "\(path)")
                    #expect(!reply.text.contains("<script") && !reply.text.contains("<b x"), "\(path)")
                    #expect(!reply.text.contains("\u{202E}"), "\(path)")
                    if reply.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;&lt;b x=1&gt;·") {
                        seen += 1
                    }
                    try expectAccessible(reply, "\(path)")
                }
                #expect(seen >= 9, "the canary has to be on the pages")
            }
        }
    }

    @Test("say what waits, what is late and what fails, and never what people have written")
    func content() async throws {
        try await ConsoleFixture.with { fixture in
            try await fixture.seed()
            try await RunningConsole.run(fixture.database) { console in
                let cookies = try await console.session()
                let overview = try HTMLDocument(try await console.get("/", cookies: cookies).text)
                let tiles = overview.named("li").filter { $0.attributes["class"]?.hasPrefix("tile") == true }.map(
                    \.text
                )
                #expect(tiles.count == 8)
                #expect(tiles.contains { $0.contains("Targets failing") && $0.contains("2") })
                #expect(tiles.contains { $0.contains("Open incidents") && $0.contains("1 client not told yet") })
                #expect(overview.root.text.contains("system:crm"))
                #expect(overview.named("path").filter { ($0.attributes["d"] ?? "").contains("L") }.count >= 4)
                let one = try await console.get("/cases/\(ConsoleFixture.lateCase)", cookies: cookies).text
                #expect(one.contains("case.referred") && one.contains("GDPR Art. 12(3)") && one.contains("system:crm"))
                #expect(one.contains("right erasure"), "what a fact says in closed words is shown")
                #expect(!one.contains("Quill"), "what a person has written is not")
                let incident = try await console.get("/incidents/\(ConsoleFixture.incident)", cookies: cookies).text
                #expect(incident.contains("umbrella") && incident.contains("late: not told"))
                let target = try await console.get("/target?id=system%3Acrm", cookies: cookies).text
                let lines = try HTMLDocument(target).named("path").compactMap { $0.attributes["d"] }
                #expect(lines.count == 2)
                #expect(lines.allSatisfy { $0.filter { $0 == "M" }.count == 1 }, "a time without calls is no gap")
                #expect(target.contains("http_503") && target.contains("failing: circuit open"))
                let parked = try await console.get("/parked", cookies: cookies).text
                #expect(parked.contains("unknown client") && parked.contains("Register the client, then replay."))
            }
        }
    }

    @Test("go through all cases page by page, each once, and by state, right, lane, client and lateness")
    func keyset() async throws {
        try await ConsoleFixture.with { fixture in
            try await fixture.seed()
            let all = try await fixture.count("SELECT count(*) FROM habeas.case_file")
            let expected = try await fixture.count(
                "SELECT count(*) FROM habeas.case_file WHERE state = 'referred' AND client_id = 'globex'"
            )
            try await RunningConsole.run(fixture.database) { console in
                let cookies = try await console.session()
                func cases(_ path: String) async throws -> (ids: [String], next: String?) {
                    let page = try HTMLDocument(try await console.get(path, cookies: cookies).text)
                    let links = page.named("a").filter { $0.isInside("th") }.compactMap { $0.attributes["href"] }
                    return (links, page.named("a").first { $0.attributes["rel"] == "next" }?.attributes["href"])
                }
                var found: [String] = []
                var next: String? = "/cases"
                while let path = next {
                    let page = try await cases(path)
                    #expect(page.ids.count <= 50)
                    found += page.ids
                    next = page.next
                }
                #expect(found.count == all)
                #expect(Set(found).count == all)
                #expect(try await cases("/cases?state=referred&client=globex").ids.count == expected)
                #expect(expected > 0)
                let overdue = try await cases("/cases?overdue=1").ids
                #expect(overdue.contains("/cases/\(ConsoleFixture.lateCase)"))
                #expect(overdue.count < all)
                // What is no word of its list narrows nothing.
                #expect(try await cases("/cases?state=%27%3B--&after=x").ids.count == 50)
            }
        }
    }

    @Test("are there with an empty database, and a case or target that is none is not found")
    func empty() async throws {
        try await ConsoleFixture.with { fixture in
            try await RunningConsole.run(fixture.database) { console in
                let cookies = try await console.session()
                for path in ["/", "/cases", "/deadlines", "/targets", "/incidents", "/parked"] {
                    let reply = try await console.get(path, cookies: cookies)
                    #expect(reply.status == 200, "\(path)")
                    try expectAccessible(reply, "\(path)")
                }
                #expect(
                    try await console.get("/", cookies: cookies).text.contains("No figures for more than five minutes")
                )
                for path in [
                    "/cases/\(UUID())", "/cases/x", "/target?id=nowhere", "/target", "/incidents/\(UUID())", "/nothing",
                ] {
                    let reply = try await console.get(path, cookies: cookies)
                    #expect(reply.status == 404, "\(path)")
                    try expectAccessible(reply, "\(path)")
                    #expect(reply.header("Content-Security-Policy") != nil)
                }
            }
        }
    }

    @Test("say which figure could not be had, and show the others")
    func missing() async throws {
        try await ConsoleFixture.with { fixture in
            try await fixture.seed()
            try await fixture.execute("REVOKE SELECT ON habeas.target FROM habeas_console;")
            try await RunningConsole.run(fixture.database) { console in
                let cookies = try await console.session()
                let reply = try await console.get("/", cookies: cookies)
                #expect(reply.status == 200)
                #expect(reply.text.contains("Could not be had"))
                #expect(reply.text.contains("Tasks by kind"))
                try expectAccessible(reply)
            }
        }
    }

    @Test("tell of a database that is away within seconds, with 503, and are back when it is")
    func outage() async throws {
        try await ConsoleFixture.with { fixture in
            let proxy = try DatabaseProxy(before: fixture.database)
            defer { proxy.close() }
            let through = proxy.configuration(for: fixture.database)
            try await RunningConsole.run(through) { console in
                let cookies = try await console.session()
                #expect(try await console.get("/", cookies: cookies).status == 200)
                proxy.close()
                let away = try await console.get("/", cookies: cookies)
                #expect(away.status == 503)
                #expect(away.text.contains("The database is away"))
                #expect(away.header("Retry-After") == "10")
                try expectAccessible(away)
                // Logging in needs no database.
                #expect(try await console.logIn().status == 303)
            }
            // Whoever was told so gets the page from the same process once the database answers.
            let second = try DatabaseProxy(before: fixture.database)
            defer { second.close() }
            try await RunningConsole.run(second.configuration(for: fixture.database)) { console in
                let cookies = try await console.session()
                #expect(try await console.get("/", cookies: cookies).status == 200)
                second.cut()
                try await expectSoon { try await console.get("/", cookies: cookies).status == 200 }
            }
        }
    }
}
