import Breach
import FanOutKit
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite(
    "The clients of an incident, approved before they are told",
    .database,
    .enabled(if: MailSink.isInstalled, "needs python3-aiosmtpd")
)
struct ClientListTests {
    /// Clients of a publisher whose profile wants the list approved, each with a receiver that takes everything.
    private static func with(
        _ clients: [String],
        systems: [String] = [],
        _ body: (BreachFixture) async throws -> Void
    ) async throws {
        try await BreachFixture.with(systems) { fixture in
            _ = try await fixture.owner.withConnection { connection in
                try await connection.pipeline([
                    """
                    INSERT INTO habeas.profile (name, version, effective_from, body)
                    VALUES ('careful', 1, '2020-01-01', \("profile: careful\nversion: 1\neffective_from: 2020-01-01\ntitle: Careful\nbreach_approval: {clause: \"§ 7\"}\n"))
                    """,
                    "UPDATE habeas.publisher SET profile = 'careful' WHERE id = 'desk'",
                ])
            }
            try await fixture.register(clients.map { ($0, [fixture.peers.hook(200)]) })
            try await body(fixture)
        }
    }

    @Test(
        "G9: nobody is told before a person has approved the list; it says why each is on it; a person is called once"
    )
    func approved() async throws {
        try await Self.with(["north", "south", "quiet"]) { fixture in
            let incident = try await fixture.report(
                affected: #"{"client":"north","subjects_approx":12,"records_approx":40},{"client":"south"}"#
            )
            try await fixture.settle()
            try await fixture.wake(incident)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_notice") == 0)
            #expect(fixture.peers.calls.isEmpty)
            #expect(try await fixture.list(incident) == ["north waits 1 12 40", "south waits 1 - -"])
            #expect(try await fixture.calls(incident) == ["breach_clients open"])
            #expect(try await fixture.facts(incident) == ["incident.opened", "incident.clients_listed"])
            #expect(try await fixture.clock("notify_clients", of: incident) == "open")
            #expect(
                try await fixture.count(
                    """
                    SELECT count(*) FROM habeas.breach_client c JOIN habeas.deadline d ON d.subject_id = c.incident_id
                     WHERE d.clock = 'notify_clients' AND c.due_at = d.due_at
                    """
                ) == 2
            )
            try await fixture.approve(incident)
            for client in ["north", "south"] {
                #expect(
                    try await fixture.effects(try await fixture.notice(client)) == ["breach.notice 1 hook done"],
                    "\(client)"
                )
            }
            #expect(fixture.peers.calls.count == 2)
            #expect(try await fixture.clock("notify_clients", of: incident) == "met")
            #expect(try await fixture.facts(incident).last == "incident.spread")
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test(
        "G9: while the list waits the clock of the incident runs on, warns as it nears its end, and names what is missing"
    )
    func atRisk() async throws {
        try await Self.with(["north"]) { fixture in
            let incident = try await fixture.report(affected: #"{"client":"north"}"#)
            try await fixture.settle()
            // Somebody is called for something else, too.
            _ = try await fixture.owner.withConnection {
                try await $0.query(
                    """
                    INSERT INTO habeas.review (id, kind, incident_id, rule, source, opened_at, due_at)
                    VALUES (\(UUID.version7(at: Date())), 'people_unreached', \(incident), 'r', 's', now(), now() + interval '9 days')
                    """
                )
            }
            try await fixture.goAhead(hours: 21)
            #expect(try await fixture.facts(incident).contains("deadline.at_risk"))
            #expect(
                try await fixture.text(
                    """
                    SELECT concat_ws(' ', d ->> 'clock', d ->> 'waits_for', d ->> 'missed')
                      FROM (SELECT convert_from(body, 'UTF8')::jsonb -> 'data' AS d FROM habeas.outbox
                             WHERE routing_key = 'publisher.desk.io.habeas.deadline.at_risk.v1') AS o
                     WHERE d ->> 'clock' = 'notify_clients'
                    """
                ) == ["notify_clients breach_clients false"]
            )
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.evidence WHERE fact = 'deadline.at_risk' AND body LIKE '%\"waits_for\":\"breach_clients\"%'"
                ) == 1
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_notice") == 0)
            try await fixture.goAhead(hours: 5)
            #expect(try await fixture.clock("notify_clients", of: incident) == "missed")
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_notice") == 0, "late is not approved")
            try await fixture.approve(incident)
            #expect(try await fixture.effects(try await fixture.notice("north")) == ["breach.notice 1 hook done"])
        }
    }

    @Test("G9: another profile of the publisher's does not let a list go that waits for a person")
    func otherProfile() async throws {
        try await Self.with(["north"]) { fixture in
            let incident = try await fixture.report(affected: #"{"client":"north"}"#)
            try await fixture.settle()
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.publisher SET profile = 'none' WHERE id = 'desk'")
            }
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":2,"measures":"keys changed"}"#)
            try await fixture.settle()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_notice") == 0)
            try await fixture.approve(incident)
            #expect(try await fixture.effects(try await fixture.notice("north")) == ["breach.notice 1 hook done"])
        }
    }

    @Test("G9: who was approved hears of later phases at once; who is newly affected waits for an approval of its own")
    func phases() async throws {
        try await Self.with(["first", "second", "third"]) { fixture in
            let incident = try await fixture.report(affected: #"{"client":"first"}"#)
            try await fixture.settle()
            try await fixture.approve(incident)
            try await fixture.publish(
                "breach.updated",
                #"{"incident_ref":"I-1","phase":2,"measures":"Closed.","affected":[{"client":"second"},{"client":"third"}]}"#
            )
            try await fixture.settle()
            let first = try await fixture.notice("first")
            #expect(try await fixture.effects(first) == ["breach.notice 1 hook done", "breach.notice 2 hook done"])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_notice") == 1)
            #expect(
                try await fixture.list(incident) == ["first approved 1 - -", "second waits 2 - -", "third waits 2 - -"]
            )
            #expect(try await fixture.clock("notify_clients", of: incident) == "open", "it runs for those who wait")
            // A phase that affects nobody new changes nothing of the list.
            let digest = try await fixture.digest(incident)
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":3,"measures":"All closed."}"#)
            try await fixture.settle()
            #expect(try await fixture.digest(incident) == digest)
            #expect(try await fixture.calls(incident) == ["breach_clients confirmed", "breach_clients open"])
            try await fixture.exclude("third", of: incident)
            try await fixture.approve(incident)
            #expect(try await fixture.effects(try await fixture.notice("second")) == ["breach.notice 1 hook done"])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_notice") == 2)
            #expect(try await fixture.clock("notify_clients", of: incident) == "met")
            // Taken off for what was known then: who is named anew is looked at anew.
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":4,"risk":"high"}"#)
            try await fixture.settle()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.review WHERE settled_at IS NULL") == 0)
            #expect(try await fixture.effects(first).last == "breach.notice 4 hook done")
            try await fixture.publish(
                "breach.updated",
                #"{"incident_ref":"I-1","phase":5,"affected":[{"client":"third"}]}"#
            )
            try await fixture.settle()
            #expect(try await fixture.list(incident).last == "third waits 5 - -")
            // The last word needs no approval for those who were told; who waits waits for it, too.
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":6,"closed":true}"#)
            try await fixture.settle()
            #expect(try await fixture.effects(first).last == "breach.notice 5 hook done")
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_notice") == 2)
            try await fixture.approve(incident)
            #expect(try await fixture.effects(try await fixture.notice("third")) == ["breach.notice 1 hook done"])
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G9: of a false alarm nobody who waited hears, nobody has to approve anything, and those told hear at once")
    func falseAlarm() async throws {
        try await Self.with(["told", "waiting"]) { fixture in
            let incident = try await fixture.report(affected: #"{"client":"told"}"#)
            try await fixture.settle()
            try await fixture.approve(incident)
            try await fixture.publish(
                "breach.updated",
                #"{"incident_ref":"I-1","phase":2,"affected":[{"client":"waiting"}]}"#
            )
            try await fixture.settle()
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":3,"false_alarm":true}"#)
            try await fixture.settle()
            #expect(try await fixture.calls(incident) == ["breach_clients confirmed", "breach_clients moot"])
            #expect(try await fixture.list(incident) == ["told approved 1 - -"])
            #expect(try await fixture.effects(try await fixture.notice("told")).last == "breach.notice 2 hook done")
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_notice") == 1)
        }
    }

    @Test("G9: where nobody is named the list says which systems can hold a client's data, and nobody else is on it")
    func systems() async throws {
        let map = [
            "{id: files, kind: own, purposes: [support], clients: [north, south]}",
            "{id: mail, kind: own, purposes: [support], clients: [north]}",
        ]
        try await Self.with(["north", "south", "quiet"], systems: map) { fixture in
            let incident = try await fixture.report(more: #","systems":["files","mail"]"#)
            try await fixture.settle()
            #expect(try await fixture.list(incident) == ["north waits files,mail - -", "south waits files - -"])
            // The next phase knows better: who does not belong there any more is off the list, and was told nothing.
            try await fixture.publish(
                "breach.updated",
                #"{"incident_ref":"I-1","phase":2,"affected":[{"client":"quiet"}]}"#
            )
            try await fixture.settle()
            #expect(try await fixture.list(incident) == ["quiet waits 2 - -"])
            try await fixture.exclude("quiet", of: incident)
            #expect(try await fixture.calls(incident) == ["breach_clients open"], "nobody takes the last one off alone")
            try await fixture.approve(incident)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_notice") == 0)
            #expect(try await fixture.facts(incident).last == "incident.spread")
        }
    }

    @Test("G9: a list of a thousand clients is told in steps, whole, by several workers at once")
    func many() async throws {
        let ids = (0..<1_000).map { String(format: "c%04d", $0) }
        try await Self.with([]) { fixture in
            try await fixture.register(ids.map { ($0, []) })
            let affected = ids.map { #"{"client":"\#($0)"}"# }.joined(separator: ",")
            let incident = try await fixture.report(affected: affected)
            try await fixture.settle(performing: false)
            #expect(try await fixture.list(incident).count == 1_000)
            try await fixture.approve(incident, settling: false)
            try await fixture.wake(incident, copies: 3)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_notice") == 1_000)
            #expect(
                try await fixture.facts(incident) == ["incident.opened", "incident.clients_listed", "incident.spread"]
            )
        }
    }
}

extension FanOutBench where Planner == NoticePlanner, Performer == BreachPerformer, Peers == Receivers {
    /// `north waits 1 12 40`: client, state, naming phase or systems, people, records.
    fileprivate func list(_ incident: UUID) async throws -> [String] {
        try await text(
            """
            SELECT concat_ws(' ', client_id, CASE WHEN approved_at IS NULL THEN 'waits' ELSE 'approved' END,
                     coalesce(phase::text, array_to_string(systems, ',')), coalesce(subjects::text, '-'), coalesce(records::text, '-'))
              FROM habeas.breach_client WHERE incident_id = \(incident) ORDER BY client_id
            """
        )
    }

    fileprivate func calls(_ incident: UUID) async throws -> [String] {
        try await text(
            "SELECT kind || ' ' || coalesce(verdict, 'open') FROM habeas.review WHERE incident_id = \(incident) ORDER BY opened_at, id"
        )
    }

    fileprivate func digest(_ incident: UUID) async throws -> String {
        try await text(
            "SELECT digest FROM habeas.breach_list WHERE incident_id = \(incident) ORDER BY number DESC LIMIT 1"
        ).joined()
    }

    /// What `habeas approve` does, in its place.
    fileprivate func approve(_ incident: UUID, settling: Bool = true) async throws {
        _ = try await owner.withConnection { connection in
            try await connection.pipeline([
                """
                UPDATE habeas.breach_list SET approved_at = now(), reason = 'seen' WHERE incident_id = \(incident)
                   AND number = (SELECT max(number) FROM habeas.breach_list WHERE incident_id = \(incident))
                """,
                """
                UPDATE habeas.review SET settled_at = habeas.domain_now(), verdict = 'confirmed', reason = 'seen'
                 WHERE incident_id = \(incident) AND settled_at IS NULL
                """,
            ])
        }
        guard settling else { return }
        try await wake(incident)
        try await settle()
    }

    /// What `habeas incidents exclude` does, in its place.
    fileprivate func exclude(_ client: String, of incident: UUID) async throws {
        try await owner.withConnection { connection in
            _ = try await connection.query(
                """
                INSERT INTO habeas.breach_exclusion (incident_id, client_id, phase, reason)
                SELECT incident_id, client_id, phase, 'moved' FROM habeas.breach_client
                 WHERE incident_id = \(incident) AND client_id = \(client)
                """
            )
            let last = try BreachListRecord(row: try await connection.query(BreachListRecord.last(of: incident)).only)
            let rows = try await connection.query(BreachClientRecord.reading(of: incident)).map(BreachClientRecord.init)
            let next = BreachListRecord(of: incident, phases: last.phases, rows, after: last, at: Date())
            _ = try await connection.query(next.insert)
        }
    }
}
