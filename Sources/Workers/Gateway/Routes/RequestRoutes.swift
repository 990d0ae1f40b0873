import FoundationEssentials
import HTTPTypes
import Ledger
import Postgres
import Rights

/// The requests of a client's people: a list, one with whom it is about, and the client's decision.
struct RequestRoutes: Sendable {
    let pool: PostgresPool
    let ring: KeyRing
    let desk: ActDesk

    var all: [Route] {
        [
            Route(.get, "/v1/requests", list), Route(.get, "/v1/requests/{id}", show),
            Route(.post, "/v1/requests/{id}/decision", decide),
        ]
    }

    // MARK: A list

    private func list(_ call: Call) async throws -> Answer {
        let query = try call.query(Page.parameters.union(["state"]))
        let page = try Page(query)
        let states = try Self.states(query["state"])
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT c.id, c.state, c.right_asked, c.regulation, c.submitted_at, c.received_at, c.answer_by, d.due_at, d.source
                  FROM habeas.case_file c LEFT JOIN habeas.deadline d ON d.subject_id = c.id AND d.clock = \(ClockRule.Clock.respond.rawValue)
                 WHERE c.client_id = \(call.client) AND (\(page.after)::uuid IS NULL OR c.id > \(page.after)::uuid)
                   AND (cardinality(\(states)::text[]) = 0 OR c.state = ANY(\(states)::text[])) AND \(VisibleCases.condition)
                 ORDER BY c.id LIMIT \(page.limit + 1)
                """
            )
        }
        let items = try rows.decode(
            UUID.self,
            String.self,
            String?.self,
            String.self,
            Date?.self,
            Date.self,
            String?.self,
            Date?.self,
            String?.self
        )
        return page.answer(items, as: "requests", id: \.0) { item, row in
            item.member("id", row.0)
            item.member("state", row.1)
            item.member("right", row.2)
            item.member("regulation", row.3)
            item.member("submitted_at", row.4)
            item.member("received_at", row.5)
            item.member("answer_by", row.6)
            item.member("due_at", row.7)
            item.member("article", row.8)
        }
    }

    private static func states(_ text: String?) throws(Problem) -> [String] {
        guard let text else { return [] }
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard words.allSatisfy({ CaseState(rawValue: $0) != nil }) else {
            throw Problem(
                .malformed,
                "state",
                "is no list of states",
                "use \(CaseState.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        return words
    }

    // MARK: One

    private func show(_ call: Call) async throws -> Answer {
        _ = try call.query([])
        let id = try call.id
        let request = try await pool.withTransaction { connection in
            guard
                let row = try await connection.query(
                    """
                    SELECT \(CaseFileRecord.columns) FROM habeas.case_file c
                     WHERE c.id = \(id) AND c.client_id = \(call.client) AND \(VisibleCases.condition) FOR NO KEY UPDATE
                    """
                ).first
            else { throw Problem.notFound }
            let record = try CaseFileRecord(row: row)
            let results = try await connection.pipeline([
                "SELECT kek_id, wrapped_key, payload FROM habeas.case_secret WHERE case_id = \(id)",
                "SELECT clock, due_at, source, state FROM habeas.deadline WHERE subject_id = \(id) ORDER BY due_at, clock",
                "SELECT baa_signed FROM habeas.client WHERE id = \(call.client)",
            ])
            let stored = try results[0].first.map { row in
                try EventPayload(stored: try SealedPayload(row: row).opened(for: id, with: ring))
            }
            let request = try ReferredRequest(
                record,
                payload: stored,
                clocks: results[1],
                hasAgreement: try results[2].only.decode(Bool.self)
            )
            if stored != nil {
                _ = try await connection.pipeline(
                    Reading.statements(["payload"], by: call, in: record.chain, at: call.now)
                )
            }
            return request
        }
        return Answer(200, request.json)
    }

    // MARK: The client's decision

    private func decide(_ call: Call) async throws -> Answer {
        let id = try call.id
        let act = try desk.act(.clientDecided, in: call, given: ["request", "request_ref"]) { $0.member("request", id) }
        guard case .clientDecided(let data) = act.event.payload else { throw Problem.notFound }
        return try await desk.accept(
            act,
            reading: [
                """
                SELECT \(CaseFileRecord.columns) FROM habeas.case_file c
                 WHERE c.id = \(id) AND c.client_id = \(call.client) AND \(VisibleCases.condition)
                """,
                """
                SELECT \(CaseFileRecord.columns) FROM habeas.case_file
                 WHERE id = (SELECT linked_to FROM habeas.case_file WHERE id = \(id) AND client_id = \(call.client))
                """,
                "SELECT decision_roles FROM habeas.client WHERE id = \(call.client)",
            ]
        ) { rows, isRepeated in
            guard let row = rows[0].first else { throw Problem.notFound }
            guard !isRepeated else { return }
            let first = try rows[1].first.map(CaseFileRecord.init).flatMap { $0.state.isFinal ? nil : $0 }
            if let problem = DecisionCheck.problem(try first ?? CaseFileRecord(row: row)) { throw problem }
            let roles = try rows[2].only.decode([String].self)
            if let problem = DecisionCheck.problem(role: data.decidedBy.role, among: roles) { throw problem }
        } _: { body in
            body.member("request", id)
            body.member("decision", data.decision)
            body.member("answer_by", data.answerBy ?? .client)
        }
    }
}
