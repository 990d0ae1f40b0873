import Foundation
import Postgres
import TestKit
import Testing

@Suite("A client's agreement", .database)
struct AgreementTests {
    private static func agree(_ minutes: Int?, _ installation: Installation) async throws {
        let agreement = minutes.map {
            """

                name: DPA of \($0)
                clocks:
                  refer: {within: \($0) minutes, clause: "§ 4", says: Soon.}
            """
        }
        let applied = try await installation.run(
            "clients",
            "apply",
            "-",
            "--without-broker",
            input: "- id: acme\n  agreement:\(agreement ?? " null")\n"
        )
        #expect(applied.status == 0, "\(applied.errors)")
    }

    /// The period in which a case is referred, who set it, and the number of the agreement that holds for the case.
    private static func refer(_ id: UUID, _ installation: Installation) async throws -> String {
        let explained = try await installation.run("policy", "explain", "--case", id.uuidString, "--json").object
        let settings = try #require(explained["settings"] as? [[String: Any]])
        let refer = try #require(settings.first { $0["key"] as? String == "refer" })
        let words = [refer["period"], refer["layer"]].compactMap { $0 as? String }
        return (words + ["\(explained["agreement_version"] as? Int ?? -1)"]).joined(separator: " ")
    }

    @Test("K1, A9: a case keeps the agreement it began under, however often its clocks are counted again")
    func kept() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let none = try await installation.openCase(ref: "none")
            try await Self.agree(20, installation)
            let first = try await installation.openCase(ref: "first")
            try await Self.agree(20, installation)
            try await Self.agree(10, installation)
            let second = try await installation.openCase(ref: "second")
            try await Self.agree(nil, installation)
            let last = try await installation.openCase(ref: "last")

            #expect(try await Self.refer(none, installation) == "1 hour profile 0")
            #expect(try await Self.refer(first, installation) == "20 minute agreement 1")
            #expect(try await Self.refer(second, installation) == "10 minute agreement 2")
            #expect(try await Self.refer(last, installation) == "1 hour profile 3")
            let text = try await installation.run("policy", "explain", "--case", first.uuidString)
            #expect(text.output.contains("DPA of 20, version 1"))

            // A hold has them counted again.
            let rules: SQL = """
                SELECT c.request_ref || ' ' || d.rule || ' ' || extract(epoch FROM d.due_at - d.anchor_at)::int
                  FROM habeas.deadline d JOIN habeas.case_file c ON c.id = d.case_id WHERE d.clock = 'refer' ORDER BY c.request_ref
                """
            let before = try await installation.query(rules).decode(column: 0, as: String.self)
            #expect(
                before == [
                    "first agreement.refer 1200", "last kustomer.refer 3600", "none kustomer.refer 3600",
                    "second agreement.refer 600",
                ]
            )
            for ref in ["none", "first", "second", "last"] {
                let held = try await installation.run(
                    "holds",
                    "place",
                    "helpdesk/\(ref)",
                    "--ref",
                    ref,
                    "--basis",
                    "x",
                    "--reviewer",
                    "y"
                )
                #expect(held.status == 0, "\(held.errors)")
            }
            #expect(try await installation.query(rules).decode(column: 0, as: String.self) == before)
        }
    }

    @Test("A9: its versions are kept and evidence numbers them; what changes nothing is none")
    func versions() async throws {
        try await Installation.with { installation in
            try await installation.register()
            for minutes in [20, 20, nil, 10] { try await Self.agree(minutes, installation) }
            let versions = try await installation.query(
                "SELECT version || ' ' || (body IS NOT NULL) FROM habeas.agreement ORDER BY version"
            ).decode(column: 0, as: String.self)
            #expect(versions == ["1 true", "2 false", "3 true"])
            let numbers = try await installation.query(
                """
                SELECT (body::json ->> 'agreement_version')::int8 FROM habeas.evidence
                 WHERE fact = 'client.applied' AND body LIKE '%agreement_version%' ORDER BY seq
                """
            ).decode(column: 0, as: Int.self)
            #expect(numbers == [1, 2, 3])
            let shown = try await installation.run("clients", "show", "acme", "--json").object
            #expect(shown["agreement_version"] as? Int == 3)
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }
}
