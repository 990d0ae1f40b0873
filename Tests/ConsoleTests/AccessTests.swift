import Foundation
import Observability
import Outbound
import Postgres
import TestKit
import Testing

@testable import Console

@Suite("Logging in at the console", .database)
struct AccessTests {
    private static let paths = [
        "/", "/cases", "/cases/\(ConsoleFixture.lateCase)", "/deadlines", "/targets", "/target?id=mail", "/incidents",
        "/incidents/\(ConsoleFixture.incident)", "/parked",
    ]

    @Test("comes before every page; the stylesheet, the icon and the form itself say nothing of the fleet")
    func closed() async throws {
        try await ConsoleFixture.with { fixture in
            try await fixture.seed()
            try await RunningConsole.run(fixture.database) { console in
                for path in Self.paths {
                    for cookies in [[], ["habeas-console-session=anna~1~2~3~4"], ["habeas-console-session=x"]] {
                        let reply = try await console.get(path, cookies: cookies)
                        #expect(reply.status == 303, "\(path)")
                        #expect(reply.header("Location")?.hasPrefix("/login?next=%2F") == true)
                        #expect(reply.body.isEmpty)
                    }
                }
                #expect(try await console.get("/console.css").status == 200)
                #expect(try await console.get("/icon.svg").header("Content-Type") == "image/svg+xml")
                let form = try await console.get("/login")
                try expectAccessible(form)
                try PageFolder.keep(form.text, of: "/login")
            }
        }
    }

    @Test(
        "gives a cookie that only the browser and this site can use, and leads to where somebody wanted to go, never elsewhere"
    )
    func cookie() async throws {
        try await ConsoleFixture.with { fixture in
            try await RunningConsole.run(fixture.database) { console in
                let reply = try await console.logIn(next: "/cases?state=referred")
                #expect(reply.status == 303)
                #expect(reply.header("Location") == "/cases?state=referred")
                let line = try #require(reply.cookieLines.first { $0.contains("session=") })
                for part in ["HttpOnly", "SameSite=Strict", "Path=/"] { #expect(line.contains(part)) }
                #expect(!line.contains("Secure"), "without TLS a browser would not send it")
                for elsewhere in [
                    "https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)", "/logout",
                ] {
                    #expect(try await console.logIn(next: elsewhere).header("Location") == "/", "\(elsewhere)")
                }
            }
            try await RunningConsole.run(fixture.database, isBehindProxy: true) { console in
                let reply = try await console.logIn()
                let line = try #require(reply.cookieLines.first { $0.contains("session=") })
                #expect(line.hasPrefix("__Host-") && line.contains("Secure"))
                #expect(reply.header("Strict-Transport-Security") != nil)
            }
        }
    }

    @Test(
        "refuses wrong tokens and unknown names alike, and lets guessers wait longer and longer, each source by itself"
    )
    func throttle() async throws {
        try await ConsoleFixture.with { fixture in
            try await RunningConsole.run(fixture.database, isBehindProxy: true) { console in
                func from(_ address: String) -> [(name: String, value: String)] {
                    [(name: "X-Forwarded-For", value: "10.9.9.9, \(address)")]
                }
                let wrong = try await console.logIn(token: "wrong", headers: from("192.0.2.1"))
                let unknown = try await console.logIn("nobody", headers: from("192.0.2.1"))
                #expect(wrong.status == 401)
                #expect(unknown.status == 401)
                let said = { (reply: HTTPReply) in
                    try HTMLDocument(reply.text).all.first { $0.attributes["role"] == "alert" }?.text
                }
                let words = [try said(wrong), try said(unknown)]
                #expect(words == Array(repeating: "Name and token do not belong together.", count: 2))
                for _ in 0..<3 {
                    #expect(try await console.logIn(token: "x", headers: from("192.0.2.1")).status == 401)
                }
                let stopped = try await console.logIn(headers: from("192.0.2.1"))
                #expect(stopped.status == 429, "even with the right token")
                #expect(Int(stopped.header("Retry-After") ?? "") ?? 0 >= 1)
                #expect(try await console.logIn(headers: from("192.0.2.2")).status == 303)
                let metrics = console.metrics.exposition()
                #expect(metrics.contains(#"habeas_console_logins_total{outcome="refused"} 5"#))
                #expect(metrics.contains(#"habeas_console_logins_total{outcome="throttled"} 1"#))
                #expect(metrics.contains(#"habeas_console_logins_total{outcome="admitted"} 1"#))
            }
        }
    }

    @Test("takes no form from another site: not the login, not the logout, not the switch of refreshing")
    func forgery() async throws {
        try await ConsoleFixture.with { fixture in
            try await RunningConsole.run(fixture.database) { console in
                let form = try await console.get("/login")
                let field = try #require(form.hidden("form"))
                let fields = [("name", "anna"), ("token", RunningConsole.token)]
                #expect(try await console.post("/login", fields).status == 403)
                #expect(
                    try await console.post("/login", fields + [("form", field)]).status == 403,
                    "without its cookie"
                )
                #expect(
                    try await console.post("/login", fields, cookies: form.setCookies).status == 403,
                    "without its field"
                )
                let other = try await console.get("/login")
                #expect(
                    try await console.post("/login", fields + [("form", field)], cookies: other.setCookies).status
                        == 403
                )
                let cookies = try await console.session()
                for path in ["/logout", "/refresh"] {
                    #expect(
                        try await console.post(path, [("form", "x"), ("refresh", "off")], cookies: cookies).status
                            == 403
                    )
                    #expect(try await console.post(path, []).status == 403)
                }
                let long = String(repeating: "x", count: 5_000)
                #expect(try await console.post("/login", [("token", long)], cookies: form.setCookies).status == 413)
            }
        }
    }

    @Test("ends by logging out, and pages load themselves until somebody stops that")
    func leaving() async throws {
        try await ConsoleFixture.with { fixture in
            try await RunningConsole.run(fixture.database) { console in
                let cookies = try await console.session()
                let page = try await console.get("/cases?state=referred", cookies: cookies)
                #expect(
                    page.text.contains(
                        #"<meta http-equiv="refresh" content="30;url=/cases?state=referred&amp;auto=1">"#
                    )
                )
                let field = try #require(page.hidden("form"))
                let stopped = try await console.post(
                    "/refresh",
                    [("form", field), ("refresh", "off"), ("back", "/cases?state=referred")],
                    cookies: cookies
                )
                #expect(stopped.header("Location") == "/cases?state=referred")
                let still = try await console.get("/cases", cookies: cookies + stopped.setCookies)
                #expect(!still.text.contains("http-equiv=\"refresh\""))
                #expect(still.text.contains("Refresh again"))
                let left = try await console.post("/logout", [("form", field)], cookies: cookies)
                #expect(left.header("Location") == "/login")
                #expect(left.cookieLines.contains { $0.contains("session=;") && $0.contains("Max-Age=0") })
            }
        }
    }

    @Test(
        "ends with the operator's line in the file, read again without a restart; a file that others may read admits nobody"
    )
    func file() async throws {
        try await ConsoleFixture.with { fixture in
            try await RunningConsole.run(fixture.database) { console in
                let path = "\(console.folder.path)/operators"
                let cookies = try await console.session()
                #expect(try await console.get("/cases", cookies: cookies).status == 200)
                try RunningConsole.write(path, "berta:\(RunningConsole.digest("another token"))\n")
                try await expectSoon { try await console.get("/cases", cookies: cookies).status == 303 }
                #expect(try await console.logIn().status == 401)
                let berta = try await console.logIn("berta", token: "another token")
                #expect(berta.status == 303)
                // The same name with another token is somebody else's session.
                try RunningConsole.write(path, "berta:\(RunningConsole.digest("a third one"))\nno line\n")
                try await expectSoon { try await console.get("/cases", cookies: berta.setCookies).status == 303 }
                #expect(
                    try await console.logIn("berta", token: "a third one").status == 303,
                    "faulty lines concern nobody else"
                )
                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
                try await expectSoon { try await console.logIn("berta", token: "a third one").status != 303 }
            }
        }
    }

    @Test("holds at every copy that has the same key file, and at no other")
    func copies() async throws {
        try await ConsoleFixture.with { fixture in
            let folder = try ConsoleFolder()
            defer { folder.remove() }
            let key = "\(folder.path)/key"
            try RunningConsole.write(key, String(repeating: "k", count: 40))
            let database = fixture.database
            try await RunningConsole.run(database, folder: folder, sessionKey: key) { first in
                let cookies = try await first.session()
                try await RunningConsole.run(database, folder: folder, sessionKey: key) { second in
                    let reply = try await second.get("/cases", cookies: cookies)
                    #expect(reply.status == 200)
                }
                try await RunningConsole.run(database, folder: folder) { stranger in
                    let reply = try await stranger.get("/cases", cookies: cookies)
                    #expect(reply.status == 303)
                }
            }
        }
    }
}
