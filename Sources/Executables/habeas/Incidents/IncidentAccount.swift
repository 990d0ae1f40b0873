import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// All that is on record about one incident without its words, as of one moment.
struct IncidentAccount {
    private let at: Date
    private let incident: IncidentRow
    private let head: EvidenceHead
    private let clocks: [CaseClock]
    private let facts: [Fact]
    private let notices: [Notice]
    private let decisions: [OwnDecision]
    private let lists: [BreachListRecord]
    private let excluded: [ExcludedClient]
    private let reasons: [BreachReason]
    private let calls: [Call]
    private let people: OwnPeople?
    private let persons: [Person]

    /// The end of a chain, as its subject says it.
    struct EvidenceHead {
        let chain: UUID
        let sequence: Int
        let head: [UInt8]

        var json: JSONValue {
            ["chain": JSONValue(chain), "seq": .integer(sequence), "head": .string(Hex.text(head))]
        }
    }

    /// Something that was written down about the incident itself: its phases among them.
    struct Fact {
        let at: Date
        let name: String
        let actor: String
        let body: String

        var json: JSONValue {
            ["at": JSONValue(at), "fact": .string(name), "by": .string(actor), "body": .raw(body)]
        }
    }

    /// That a person was called, and what they said.
    struct Call {
        /// Nil where it is about the incident as a whole.
        let notice: UUID?
        let kind: String
        let openedAt: Date
        let settledAt: Date?
        let settledBy: String?
        let verdict: String?
        let reason: String?

        var json: JSONValue {
            [
                "kind": .string(kind), "opened_at": JSONValue(openedAt), "settled_at": JSONValue(settledAt),
                "settled_by": JSONValue(settledBy), "verdict": JSONValue(verdict), "reason": JSONValue(reason),
            ]
        }

        var line: String {
            let said = verdict.map { "\($0)\(reason.map { ": \(TextTable.printable($0))" } ?? "")" } ?? "waits"
            return "\(kind) of \(openedAt.short), \(said)"
        }
    }

    /// One thing that was sent to a client.
    struct Sending {
        let kind: String
        let number: String
        let channel: String?
        let state: String
        let attempts: Int
        let endedAt: Date?
        let cause: String?

        var json: JSONValue {
            [
                "kind": .string(kind), "number": .string(number), "channel": JSONValue(channel),
                "state": .string(state), "attempts": .integer(attempts), "at": JSONValue(endedAt),
                "cause": JSONValue(cause),
            ]
        }
    }

    struct Notice {
        let row: NoticeRow
        let head: EvidenceHead
        /// Whether our own time for it was kept; nil while it runs.
        let isInTime: Bool?
        let sendings: [Sending]
        let calls: [Call]

        var json: JSONValue {
            guard case .object(let members) = row.json else { return .null }
            return .object(
                members + [
                    ("in_time", isInTime.map { .bool($0) } ?? .null), ("sent", .array(sendings.map(\.json))),
                    ("calls", .array(calls.map(\.json))), ("evidence", head.json),
                ]
            )
        }
    }

    /// One of the people whose data the vendor itself controls: a case, and nobody's name.
    struct Person {
        let head: EvidenceHead
        let state: String
        let toldAt: Date?

        var json: JSONValue {
            ["state": .string(state), "told_at": JSONValue(toldAt), "evidence": head.json]
        }
    }

    /// Reads it in one snapshot, so that every chain's end belongs to what is said beside it.
    static func load(_ id: UUID, on connection: PostgresConnection) async throws -> IncidentAccount {
        try await connection.transaction { connection in
            let results = try await connection.pipeline([
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
                IncidentRow.reading(where: "i.id = \(id)", limit: 1),
                "SELECT habeas.domain_now(), evidence_seq, evidence_head FROM habeas.incident WHERE id = \(id)",
                CaseClock.ofSubject(id),
                "SELECT at, fact, actor, body FROM habeas.evidence WHERE chain_id = \(id) ORDER BY seq",
                NoticeRow.reading(of: id),
                """
                SELECT f.id, f.evidence_seq, f.evidence_head FROM habeas.breach_notice n JOIN habeas.case_file f ON f.id = n.case_id
                 WHERE n.incident_id = \(id)
                """,
                """
                SELECT e.subject_id, e.kind, e.parameters, e.state, e.attempts, e.ended_at, e.cause
                  FROM habeas.breach_notice n JOIN habeas.effect e ON e.subject_id = n.case_id
                 WHERE n.incident_id = \(id) ORDER BY e.planned_at, e.id
                """,
                """
                SELECT r.case_id, r.kind, r.opened_at, r.settled_at, r.settled_by::text, r.verdict, r.reason FROM habeas.review r
                 WHERE r.incident_id = \(id) OR r.case_id IN (SELECT case_id FROM habeas.breach_notice WHERE incident_id = \(id))
                 ORDER BY r.opened_at, r.id
                """,
                """
                SELECT decided_at, decided_by::text, authority, individuals, reason FROM habeas.breach_decision
                 WHERE incident_id = \(id) ORDER BY 1
                """,
                BreachReason.reading(of: id), OwnPeople.reading(of: id),
                """
                SELECT f.id, f.evidence_seq, f.evidence_head, f.state, p.told_at
                  FROM habeas.breach_person p JOIN habeas.case_file f ON f.id = p.case_id
                 WHERE p.incident_id = \(id) ORDER BY f.id
                """,
                BreachListRecord.reading(of: id), ExcludedClient.reading(of: id),
            ])
            return try IncidentAccount(id, results)
        }
    }

    private init(_ id: UUID, _ results: [Rows]) throws {
        incident = try IncidentRow(row: results[1].only)
        let (now, sequence, end) = try results[2].only.decode(Date.self, Int.self, [UInt8].self)
        at = now
        head = EvidenceHead(chain: id, sequence: sequence, head: end)
        clocks = try results[3].map(CaseClock.init)
        facts = try results[4].decode(Date.self, String.self, String.self, String.self).map {
            Fact(at: $0.0, name: $0.1, actor: $0.2, body: $0.3)
        }
        var heads: [UUID: EvidenceHead] = [:]
        for (notice, sequence, head) in try results[6].decode(UUID.self, Int.self, [UInt8].self) {
            heads[notice] = EvidenceHead(chain: notice, sequence: sequence, head: head)
        }
        var sendings: [UUID: [Sending]] = [:]
        for (notice, kind, text, state, attempts, endedAt, cause) in try results[7].decode(
            UUID.self,
            String.self,
            String.self,
            String.self,
            Int.self,
            Date?.self,
            String?.self
        ) {
            let parameters = EffectParameters(reading: text)
            sendings[notice, default: []].append(
                Sending(
                    kind: kind,
                    number: parameters.key,
                    channel: parameters.channel,
                    state: state,
                    attempts: attempts,
                    endedAt: endedAt,
                    cause: cause
                )
            )
        }
        let all = try results[8].map { row in
            let (notice, kind, openedAt, settledAt, settledBy, verdict, reason) = try row.decode(
                UUID?.self,
                String.self,
                Date.self,
                Date?.self,
                String?.self,
                String?.self,
                String?.self
            )
            return Call(
                notice: notice,
                kind: kind,
                openedAt: openedAt,
                settledAt: settledAt,
                settledBy: settledBy,
                verdict: verdict,
                reason: reason
            )
        }
        calls = all.filter { $0.notice == nil }
        let byNotice = Dictionary(grouping: all) { $0.notice }
        notices = try results[5].map { row in
            let notice = try NoticeRow(row: row)
            let end = notice.toldAt ?? now
            return Notice(
                row: notice,
                head: heads[notice.notice] ?? EvidenceHead(chain: notice.notice, sequence: 0, head: []),
                isInTime: notice.dueAt.flatMap { due in
                    notice.toldAt == nil && end <= due ? nil : end <= due
                },
                sendings: sendings[notice.notice] ?? [],
                calls: byNotice[notice.notice] ?? []
            )
        }
        decisions = try results[9].map(OwnDecision.init)
        reasons = try results[10].map(BreachReason.init)
        lists = try results[13].map(BreachListRecord.init)
        excluded = try results[14].map(ExcludedClient.init)
        people = try results[11].first.map(OwnPeople.init)
        persons = try results[12].map { row in
            let (chain, sequence, head, state, toldAt) = try row.decode(
                UUID.self,
                Int.self,
                [UInt8].self,
                String.self,
                Date?.self
            )
            return Person(
                head: EvidenceHead(chain: chain, sequence: sequence, head: head),
                state: state,
                toldAt: toldAt
            )
        }
    }

    /// Whether everything that there is to say was said.
    private var isFinal: Bool { incident.state != "open" }

    var json: [(String, JSONValue)] {
        incident.json + [
            ("as_of", JSONValue(at)), ("final", .bool(isFinal)),
            (
                "deadlines",
                .array(
                    clocks.map {
                        [
                            "clock": .string($0.clock), "rule": .string($0.rule), "article": .string($0.source),
                            "anchor_at": JSONValue($0.anchorAt), "due_at": JSONValue($0.dueAt),
                            "state": .string($0.state), "unverified": .bool($0.isUnverified),
                        ]
                    }
                )
            ),
            ("facts", .array(facts.map(\.json))), ("notices", .array(notices.map(\.json))),
            ("lists", .array(lists.map(\.json))), ("excluded", .array(excluded.map(\.json))),
            ("decisions", .array(decisions.map(\.json))), ("reasons", .array(reasons.map(\.json))),
            ("calls", .array(calls.map(\.json))), ("people", people?.json ?? .null),
            ("personal_notices", .array(persons.map(\.json))), ("evidence", head.json),
        ]
    }

    func print() {
        StandardOutput.write(
            Sheet([
                ("incident", "\(incident.publisher)/\(incident.reference)"), ("id", incident.id.text),
                ("as of", "\(at.short)\(isFinal ? "" : ": the incident is open, this is not the last word")"),
                ("state", incident.state), ("risk", incident.risk), ("phase", "\(incident.phase)"),
                ("discovered", incident.discoveredAt.short), ("aware", incident.awareAt.short),
                ("received", incident.receivedAt.short), ("clients", "\(incident.clients)"),
                ("told", "\(incident.told)"), ("have read it", "\(incident.acknowledged)"),
                ("own people", people?.line),
            ])
        )
        section("What was known, and done")
        var known = TextTable("TIME", "FACT", "BY", empty: "nothing is on record")
        for fact in facts { known.add(fact.at.short, fact.name, fact.actor) }
        StandardOutput.write(known)
        section("Dates")
        var dates = TextTable("CLOCK", "DUE", "STATE", "ARTICLE", empty: "none")
        for clock in clocks { dates.add(clock.clock, clock.dueAt?.short, clock.state, clock.source) }
        StandardOutput.write(dates)
        section("Who was told")
        var told = TextTable(
            "CLIENT",
            "DUE",
            "TOLD",
            "IN TIME",
            "READ",
            "OVER",
            "PERSON CALLED",
            "EVIDENCE",
            empty: "nobody"
        )
        for notice in notices {
            let sent = notice.sendings.filter { $0.state == "done" }
                .map { "\($0.number) \($0.channel ?? "") \($0.endedAt?.short ?? "")" }
            told.add(
                notice.row.client,
                notice.row.dueAt?.short,
                notice.row.toldAt?.short ?? "not told",
                notice.isInTime.map { $0 ? "yes" : "no" },
                notice.row.acknowledgedAt?.short,
                sent.isEmpty ? nil : sent.joined(separator: "; "),
                notice.calls.isEmpty ? nil : notice.calls.map(\.line).joined(separator: "; "),
                "\(notice.head.sequence) \(Hex.text(notice.head.head.prefix(8)))"
            )
        }
        StandardOutput.write(told)
        section("Decisions and reasons")
        let words =
            lists.compactMap(\.line) + excluded.map(\.line) + decisions.map(\.line) + reasons.map(\.line)
            + calls.map(\.line)
        for line in words { StandardOutput.write(line) }
        if words.isEmpty { StandardOutput.write("none") }
        section("Evidence")
        StandardOutput.write("\(head.sequence) facts, the last one \(Hex.text(head.head))")
        StandardOutput.write("to be checked with: habeas evidence verify --incident \(incident.id.text)")
    }

    private func section(_ title: String) { StandardOutput.write("\n\(title)\n") }
}
