import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas notices", .database)
struct NoticeCommandTests {
    private static func day(_ days: Int) -> String { Place.unknown.day(of: Date()).adding(days: days).description }

    private static func file(_ from: Int = 60, _ more: String = "") -> String {
        """
        kind: other
        title: {en: A canary change, de: Eine Änderung}
        text: {en: "Canary words.", de: Worte.}
        effective_from: \(day(from))
        \(more)
        """
    }

    private func send(_ installation: Installation, _ file: String, _ options: String...) async throws
        -> CommandLineRun
    {
        let arguments = ["notices", "send", "--file", "-"] + options
        return try await CommandLine.run(arguments, environment: installation.environment, input: file)
    }

    @Test(
        "K20: an announcement is written by a login with the operators' role alone, sealed, and the worker is woken; the same twice is refused"
    )
    func sent() async throws {
        try await Installation.with { installation in
            try await installation.register()
            try await installation.withOperators(1) { people in
                let run = try await send(people[0], Self.file(), "--json")
                #expect(run.status == 0, "\(run.errors)")
                let id = try #require(try run.object["announcement"] as? String)
                #expect((try run.object["clients"] as? [[String: Any]])?.count == 2)
                let again = try await send(people[0], Self.file())
                #expect(again.status == 1 && again.errors.contains("was sent before"))
                #expect(
                    try await installation.query(
                        """
                        SELECT (SELECT count(*) FROM habeas.announcement WHERE announced_by = session_user),
                               (SELECT count(*) FROM habeas.event_secret WHERE id = \(id)::text::uuid),
                               (SELECT count(*) FROM habeas.outbox WHERE routing_key = 'habeas.breach'
                                  AND convert_from(body, 'UTF8') LIKE '%' || \(id)::text || '%'),
                               (SELECT count(*) FROM habeas.evidence WHERE fact = 'notice.announced' AND body LIKE '%canary%')
                        """
                    ).only.decode(Int.self, Int.self, Int.self, Int.self) == (0, 1, 1, 0)
                )
                let list = try await people[0].run("notices", "list", "--json").objects
                #expect(list.map { $0["announcement"] as? String } == [id])
                #expect(list[0]["worked_out"] as? Bool == false && list[0]["kind"] as? String == "other")
                #expect(try await people[0].run("notices", "list", "--after", id).output.contains("no notices"))
                let shown = try await people[0].run("notices", "show", id)
                #expect(shown.status == 0 && !shown.output.contains("anary"), "\(shown.errors)")
                let revealed = try await people[0].run("notices", "show", id, "--reveal", "--why", "asked", "--json")
                #expect((try revealed.object["words"] as? [[String: Any]])?.count == 2, "\(revealed.errors)")
                #expect(try await installation.run("evidence", "verify", "--all").status == 0)
            }
        }
    }

    @Test("K20: a rehearsal says who would be told and until when each may object, and writes nothing")
    func rehearsal() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let run = try await send(installation, Self.file(), "--dry-run")
            #expect(run.status == 0 && run.output.contains("acme") && run.output.contains("globex"), "\(run.errors)")
            let named = try await send(installation, Self.file(60, "clients: [acme]"), "--dry-run", "--json")
            let clients = try #require(try named.object["clients"] as? [[String: Any]])
            #expect(clients.count == 1 && clients[0]["objections_until"] is String)
            #expect(try named.object["sent"] as? Bool == false)
            let written = try await installation.query("SELECT count(*) FROM habeas.announcement")
            #expect(try written.only.decode(0, as: Int.self) == 0)
        }
    }

    @Test(
        "C12: what would take effect before the window has ended, or names what is not there, is refused with the remedy"
    )
    func refused() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let early = try await send(installation, Self.file(29), "--dry-run")
            #expect(early.status == 1 && early.errors.contains("effective_from") && early.errors.contains(Self.day(30)))
            #expect(try await send(installation, Self.file(29, "objection_window_days: 10"), "--dry-run").status == 0)
            let longer = try await send(installation, Self.file(60, "objection_window_days: 90"), "--dry-run")
            #expect(longer.status == 1 && longer.errors.contains("window"))
            let typo = try await send(installation, Self.file(60, "clients: [acmee]"), "--dry-run")
            #expect(typo.status == 1 && typo.errors.contains("acme"))
            let stranger = try await send(installation, Self.file(), "--dry-run", "--publisher", "nobody")
            #expect(stranger.status == 1 && stranger.errors.contains("publisher"))
            let changed = Self.file().replacing(
                "kind: other",
                with: "kind: profile_change\nprofile: kustomer\nversion: 99"
            )
            let version = try await send(installation, changed, "--dry-run")
            #expect(version.status == 1 && version.errors.contains("no such version"))
            let known = changed.replacing("version: 99", with: "version: 1")
            #expect(try await send(installation, known, "--dry-run").status == 0)
            let system = Self.file().replacing("kind: other", with: "kind: new_subprocessor\nsystem: mailer")
            let unknown = try await send(installation, system, "--dry-run")
            #expect(unknown.status == 1 && unknown.errors.contains("data map"))
        }
    }

    @Test("says the same with options as with a file, and refuses both at once")
    func options() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let given = [
                "notices", "send", "--kind", "other", "--title", "A change", "--text-file", "-", "--effective-from",
                Self.day(60), "--window-days", "7", "--client", "globex",
            ]
            let run = try await CommandLine.run(given, environment: installation.environment, input: "So it is.\n")
            #expect(run.status == 0 && run.output.contains("1 client"), "\(run.errors)")
            #expect(
                try await installation.query("SELECT window_days, clients FROM habeas.announcement").only.decode(
                    Int.self,
                    [String].self
                ) == (7, ["globex"])
            )
            for wrong in [
                given + ["--file", "x"], given + ["--system", "mailer"], ["notices", "send"],
                given.map { $0 == "other" ? "news" : $0 }, given.map { $0 == "7" ? "0" : $0 },
            ] {
                let run = try await CommandLine.run(wrong, environment: installation.environment, input: "So it is.\n")
                #expect(run.status == 64, "\(wrong) \(run.errors)")
            }
        }
    }
}
