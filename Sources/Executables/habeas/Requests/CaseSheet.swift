import FoundationEssentials
import Ledger
import Postgres
import Rights

/// All that is known of one case without its personal data.
struct CaseSheet {
    struct Leaving {
        let id: UUID
        let kind: String
        let type: String
        let routingKey: String
        let state: String
        let attempts: Int
        let createdAt: Date
        let settledAt: Date?
    }

    struct Waiting {
        let id: UUID
        let type: String
        let receivedAt: Date
        let expiresAt: Date
    }

    let record: CaseFileRecord
    let clocks: [CaseClock]
    let leaving: [Leaving]
    let waiting: [Waiting]
    /// What goes, or went, to the outside.
    let effects: [EffectRow]
    /// What the case has to pass before its worker gets it.
    let gates: [Gate]
    /// Copies of what is held about the person, and how far they are.
    let exports: [ExportRow]
    /// How far a copy is, or the erasure of a client's data; nil where neither is under way.
    let progress: CaseProgress?
    /// The review of many requests that its copy waits for (A6).
    let harvest: UUID?
    let check: EvidenceCheck

    /// Reads the case in one snapshot, so that the chain's rows and its end belong together.
    static func load(_ id: UUID, on connection: PostgresConnection) async throws -> CaseSheet {
        try await connection.transaction { connection in
            let results = try await connection.pipeline([
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
                """
                SELECT \(CaseFileRecord.columns)
                  FROM habeas.case_file WHERE id = \(id)
                """,
                CaseClock.ofSubject(id),
                """
                SELECT o.id, o.kind, o.message_type, o.routing_key, coalesce(s.state, 'pending'), coalesce(s.attempts, p.attempts, 0),
                       o.created_at, s.at
                  FROM habeas.outbox o
                  LEFT JOIN habeas.outbox_pending p ON p.id = o.id
                  LEFT JOIN LATERAL (
                    -- Found soon: most messages are settled within a second of their writing.
                    SELECT state, attempts, at FROM habeas.outbox_settlement
                     WHERE p.id IS NULL AND at >= o.created_at AND o.id = ANY(ids) ORDER BY at LIMIT 1) s ON true
                 WHERE o.subject_id = \(id) ORDER BY o.created_at, o.id
                """,
                """
                SELECT e.id, e.event_type, e.received_at, e.expires_at
                  FROM habeas.early_event e JOIN habeas.case_file c ON c.id = \(id)
                 WHERE e.case_id = c.id OR (e.publisher_id = c.publisher_id AND e.request_ref = c.request_ref)
                 ORDER BY e.received_at, e.id
                """,
                "SELECT unnest(gates) FROM habeas.case_gate WHERE case_id = \(id)",
                EffectRow.ofCase(id),
                ExportRow.reading(where: "e.case_id = \(id)", limit: 100),
                WorkProgress.reading(of: [id]),
                ExportWait.reading(of: [id]),
            ])
            let record = try CaseFileRecord(row: results[1].only)
            var check = EvidenceCheck()
            try await connection.stream(EvidenceRow.ofChain(id)) { check.follow(try EvidenceRow(row: $0)) }
            check.end(atSequence: record.chain.sequence, head: record.chain.head)
            return CaseSheet(
                record: record,
                clocks: try results[2].map(CaseClock.init),
                leaving: try results[3].map(Leaving.init),
                waiting: try results[4].map(Waiting.init),
                effects: try results[6].map(EffectRow.init),
                gates: record.state.isFinal
                    ? [] : try results[5].decode(column: 0, as: String.self).compactMap(Gate.init),
                exports: try results[7].map(ExportRow.init),
                progress: record.state.isFinal ? nil : try CaseProgress(id, client: record.clientID, results[8]),
                harvest: record.state.isFinal ? nil : try results[9].first.map { try ExportWait(row: $0).review },
                check: check
            )
        }
    }

    var json: [(String, JSONValue)] {
        [
            ("id", JSONValue(record.id)), ("client", JSONValue(record.clientID)),
            ("kind", .string(record.kind.rawValue)),
            ("lane", .string(record.lane.rawValue)), ("role", .string(record.role.rawValue)),
            ("right", JSONValue(record.right?.rawValue)), ("regulation", .string(record.regulation.rawValue)),
            ("profile", .string(record.profile)), ("state", .string(record.state.rawValue)),
            ("state_since", JSONValue(record.stateSince)), ("queue", .string(record.queue.rawValue)),
            ("publisher", .string(record.publisherID)), ("request_ref", JSONValue(record.requestRef)),
            ("subject_index", .integer(record.subjectIndex)), ("group", JSONValue(record.groupID)),
            ("linked_to", JSONValue(record.linkedTo)), ("health_data", .bool(record.hasHealthData)),
            ("reference", JSONValue(record.reference)), ("anchor_at", JSONValue(record.anchor)),
            ("received_at", JSONValue(record.receivedAt)), ("deadlines", .array(clocks.map(\.json))),
            ("outbox", .array(leaving.map(\.json))), ("waiting", .array(waiting.map(\.json))),
            ("effects", .array(effects.map(\.json))), ("answer_by", JSONValue(record.answerBy?.rawValue)),
            ("refusal", JSONValue(record.refusal?.rawValue)),
            ("referral_prohibited", JSONValue(record.referralProhibited)),
            ("gates", JSONValue(gates.map(\.rawValue))), ("exports", .array(exports.map(\.json))),
            ("progress", progress?.json ?? .null), ("waits_for_review", JSONValue(harvest)), ("evidence", evidence),
        ]
    }

    private var evidence: JSONValue {
        guard case .object(var members) = record.chain.json else { return .null }
        members.append(("verifies", .bool(check.fault == nil)))
        members.append(("fault", JSONValue(check.fault?.description)))
        return .object(members)
    }

    func print() {
        StandardOutput.write(
            Sheet([
                ("request", record.id.text), ("state", "\(record.state.rawValue) since \(record.stateSince.short)"),
                ("client", record.clientID ?? "not known yet"),
                ("asks", [record.kind.rawValue, record.right?.rawValue].compactMap { $0 }.joined(separator: " ")),
                ("lane", "\(record.lane.rawValue), as \(record.role.rawValue), queue \(record.queue.rawValue)"),
                ("under", "\(record.regulation.rawValue), profile \(record.profile)"),
                ("from", record.publisherID + (record.requestRef.map { "/\($0)" } ?? "")),
                ("subject", record.groupID.map { "\(record.subjectIndex + 1) of group \($0.text)" }),
                ("linked to", record.linkedTo.map { "\($0.text), which answers both" }),
                ("refused for", record.refusal.map { "\($0.rawValue) (\($0.source); \($0.obligation))" }),
                ("answered by", record.answerBy.map { "the \($0.rawValue)" }),
                ("not referred", record.referralProhibited),
                ("waits", gates.isEmpty ? nil : gates.map { "\($0.rawValue): \($0.remedy)" }.joined(separator: "; ")),
                ("copy", harvest.map { "not begun before somebody has looked at many requests (A6): task \($0.text)" }),
                ("reference", record.reference), ("asked", record.anchor.short), ("received", record.receivedAt.short),
                ("evidence", record.chain.text + (check.fault.map { "; DOES NOT VERIFY: \($0)" } ?? "; verifies")),
            ])
        )
        var table = TextTable("CLOCK", "DUE", "STATE", "RULE", "SOURCE", "NOTE", empty: "no clocks")
        for clock in clocks {
            table.add(clock.clock, clock.dueAt?.short, clock.state, clock.rule, clock.source, clock.note)
        }
        StandardOutput.write("")
        StandardOutput.write(table)
        if !exports.isEmpty {
            var table = ExportRow.table
            for export in exports { export.add(to: &table) }
            StandardOutput.write("")
            StandardOutput.write(table)
        }
        if let progress {
            var table = CaseProgress.table
            progress.add(to: &table, isWhole: true)
            StandardOutput.write("")
            StandardOutput.write(table)
        }
        if !effects.isEmpty {
            var table = TextTable("EFFECT", "TARGET", "STATE", "ATTEMPTS", "WHEN", "CAUSE", "ID", empty: "")
            for effect in effects {
                table.add(
                    effect.kind,
                    effect.target,
                    effect.state + (effect.isHeld ? ", held" : ""),
                    "\(effect.attempts) of \(effect.attemptsAllowed)",
                    effect.when.short,
                    effect.cause,
                    effect.id.text
                )
            }
            StandardOutput.write("")
            StandardOutput.write(table)
        }
        if !leaving.isEmpty {
            var table = TextTable("MESSAGE", "TO", "STATE", "ATTEMPTS", "WRITTEN", empty: "")
            for row in leaving {
                table.add(row.type, row.routingKey, row.state, String(row.attempts), row.createdAt.short)
            }
            StandardOutput.write("")
            StandardOutput.write(table)
        }
        if !waiting.isEmpty {
            var table = TextTable("WAITING EVENT", "RECEIVED", "UNTIL", empty: "")
            for row in waiting { table.add(row.type, row.receivedAt.short, row.expiresAt.short) }
            StandardOutput.write("")
            StandardOutput.write(table)
        }
    }
}

extension CaseClock {
    var json: JSONValue {
        [
            "clock": .string(clock), "rule": .string(rule), "source": .string(source), "anchor_at": JSONValue(anchorAt),
            "due_at": JSONValue(dueAt), "provisional": .bool(isProvisional), "unverified": .bool(isUnverified),
            "state": .string(state),
        ]
    }
}

extension CaseSheet.Leaving {
    init(row: Row) throws {
        (id, kind, type, routingKey, state, attempts, createdAt, settledAt) = try row.decode(
            UUID.self,
            String.self,
            String.self,
            String.self,
            String.self,
            Int.self,
            Date.self,
            Date?.self
        )
    }

    var json: JSONValue {
        [
            "id": JSONValue(id), "kind": .string(kind), "type": .string(type), "routing_key": .string(routingKey),
            "state": .string(state), "attempts": .integer(attempts), "created_at": JSONValue(createdAt),
            "settled_at": JSONValue(settledAt),
        ]
    }
}

extension CaseSheet.Waiting {
    init(row: Row) throws {
        (id, type, receivedAt, expiresAt) = try row.decode(UUID.self, String.self, Date.self, Date.self)
    }

    var json: JSONValue {
        [
            "id": JSONValue(id), "type": .string(type), "received_at": JSONValue(receivedAt),
            "expires_at": JSONValue(expiresAt),
        ]
    }
}
