import Fleet
import FoundationEssentials
import HTTPTypes
import Ledger
import Postgres
import Rights

/// Incidents as one client was told of them: its own notices, the drafts of what it may have to write, and that it has read them.
struct IncidentRoutes: Sendable {
    let pool: PostgresPool
    let ring: KeyRing
    let registry: RegistryCache
    let desk: ActDesk
    /// Below which clients fetch what they are told of; nil where nobody has said.
    let base: String?

    var all: [Route] {
        [
            Route(.get, "/v1/incidents", list), Route(.get, "/v1/incidents/{id}", show),
            Route(.post, "/v1/incidents/{id}/ack", acknowledge),
        ]
    }

    private func list(_ call: Call) async throws -> Answer {
        let page = try Page(try call.query(Page.parameters))
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT n.case_id, n.told_at, n.acknowledged_at, last.number, last.kind, last.made_at
                  FROM habeas.breach_notice n
                  CROSS JOIN LATERAL (SELECT b.number, b.kind, b.made_at FROM habeas.breach_content b WHERE b.case_id = n.case_id
                                       ORDER BY b.number DESC LIMIT 1) AS last
                 WHERE n.client_id = \(call.client) AND (\(page.after)::uuid IS NULL OR n.case_id > \(page.after)::uuid)
                 ORDER BY n.case_id LIMIT \(page.limit + 1)
                """
            ).decode(UUID.self, Date?.self, Date?.self, Int.self, String.self, Date.self)
        }
        return page.answer(rows, as: "incidents", id: \.0) { item, row in
            item.member("id", row.0)
            item.member("told_at", row.1)
            item.member("acknowledged_at", row.2)
            item.member("number", row.3)
            item.member("kind", row.4)
            item.member("made_at", row.5)
        }
    }

    private func show(_ call: Call) async throws -> Answer {
        _ = try call.query([])
        let id = try call.id
        let notice = try await pool.withTransaction { connection in
            let results = try await connection.pipeline([
                """
                SELECT c.evidence_seq, c.evidence_head, n.told_at, n.acknowledged_at
                  FROM habeas.case_file c JOIN habeas.breach_notice n ON n.case_id = c.id AND n.client_id = c.client_id
                 WHERE c.id = \(id) AND c.client_id = \(call.client) FOR NO KEY UPDATE OF c
                """,
                """
                SELECT e.kek_id, e.wrapped_key, e.payload, b.id, b.made_at FROM habeas.breach_content b
                  JOIN habeas.event_secret e ON e.id = b.id
                 WHERE b.case_id = \(id) AND b.client_id = \(call.client) ORDER BY b.number
                """,
                "SELECT registry_version FROM habeas.installation",
            ])
            guard let row = results[0].first else { throw Problem.notFound }
            if try results[2].only.decode(Int64.self) != registry.current.version {
                try await registry.reload(on: connection)
            }
            guard let client = registry.current.client(call.client) else { throw Problem.notFound }
            let (sequence, head, toldAt, acknowledgedAt) = try row.decode(
                Int.self,
                [UInt8].self,
                Date?.self,
                Date?.self
            )
            let contents = try results[1].map { row in
                let (_, _, _, contentID, madeAt) = try row.decode(
                    String.self,
                    [UInt8].self,
                    [UInt8].self,
                    UUID.self,
                    Date.self
                )
                let stored = try SealedPayload(row: row).opened(for: contentID, with: ring)
                return (content: try NoticeContent(stored: stored), madeAt: madeAt)
            }
            let chain = EvidenceChain(.caseFile, id: id, sequence: sequence, head: head)
            _ = try await connection.pipeline(
                Reading.statements(["incident notices"], by: call, in: chain, at: call.now)
            )
            return ToldNotice(
                id: id,
                toldAt: toldAt,
                acknowledgedAt: acknowledgedAt,
                contents: contents,
                laws: BreachLaw.binding(client),
                isAgent: client.hasAgent
            )
        }
        return Answer(200, notice.json(base: base))
    }

    private func acknowledge(_ call: Call) async throws -> Answer {
        let id = try call.id
        let act = try desk.act(.breachAcknowledged, in: call, given: ["incident_ref", "client"]) { data in
            data.member("incident_ref", id.lowercaseText)
            data.member("client", call.client)
        }
        return try await desk.accept(
            act,
            reading: [
                "SELECT case_id FROM habeas.breach_notice WHERE case_id = \(id) AND client_id = \(call.client)"
            ]
        ) { rows, _ in
            guard !rows[0].isEmpty else { throw Problem.notFound }
        } _: { body in
            body.member("incident", id)
        }
    }
}
