import Fleet
import FoundationEssentials
import HTTPTypes
import Ledger
import Postgres
import Rights

/// Changes that a client was told of before they take effect, and its objection.
struct NoticeRoutes: Sendable {
    let pool: PostgresPool
    let ring: KeyRing
    let desk: ActDesk

    var all: [Route] {
        [
            Route(.get, "/v1/notices/{id}", show), Route(.post, "/v1/notices/{id}/objection", object),
        ]
    }

    private func show(_ call: Call) async throws -> Answer {
        _ = try call.query([])
        let id = try call.id
        let rows = try await pool.withConnection { connection in
            try await connection.pipeline([
                """
                SELECT e.kek_id, e.wrapped_key, e.payload, a.id, n.case_id, a.kind, a.profile, a.profile_version, a.system_id,
                       a.effective_on::text, n.told_at, n.objections_until,
                       (SELECT count(*) FROM habeas.announcement_objection o WHERE o.case_id = n.case_id), k.locale
                  FROM habeas.announcement_notice n JOIN habeas.announcement a ON a.id = n.announcement_id
                  JOIN habeas.event_secret e ON e.id = a.id JOIN habeas.client k ON k.id = n.client_id
                 WHERE n.client_id = \(call.client) AND (n.case_id = \(id) OR n.announcement_id = \(id))
                """
            ])[0]
        }
        guard let row = rows.first else { throw Problem.notFound }
        return Answer(200, try json(row))
    }

    private func json(_ row: Row) throws -> [UInt8] {
        let (_, _, _, announcement, caseID, kind, profile, version, system, day) = try row.decode(
            String.self,
            [UInt8].self,
            [UInt8].self,
            UUID.self,
            UUID.self,
            String.self,
            String?.self,
            Int?.self,
            String?.self,
            String.self
        )
        let toldAt = try row.decode("told_at", as: Date?.self)
        let until = try row.decode("objections_until", as: Date?.self)
        let objections = Int(try row.decode("count", as: Int64.self))
        let stored = try SealedPayload(row: row).opened(for: announcement, with: ring)
        let (locale, words) = try AnnouncementWords(stored: stored).edition(
            in: try row.decode("locale", as: String.self)
        )
        var writer = JSONWriter(capacity: 2_048)
        writer.object { body in
            body.member("id", caseID)
            body.member("kind", kind)
            body.member("effective_on", day)
            body.member("told_at", toldAt)
            body.member("objections_until", until)
            body.member("objections", objections)
            body.member("profile", profile)
            body.member("profile_version", version)
            body.member("system", system)
            body.member("locale", locale)
            body.member("title", words.title)
            body.member("text", words.text)
        }
        return writer.bytes
    }

    private func object(_ call: Call) async throws -> Answer {
        let id = try call.id
        let act = try desk.act(.objectionReceived, in: call, given: ["notice", "client"]) { data in
            data.member("notice", id)
            data.member("client", call.client)
        }
        return try await desk.accept(
            act,
            reading: [
                """
                SELECT n.objections_until, c.state FROM habeas.announcement_notice n JOIN habeas.case_file c ON c.id = n.case_id
                 WHERE n.client_id = \(call.client) AND (n.case_id = \(id) OR n.announcement_id = \(id))
                """
            ]
        ) { rows, isRepeated in
            guard let (until, state) = try rows[0].decode(Date?.self, String.self).first else { throw Problem.notFound }
            guard !isRepeated else { return }
            if let until, until < call.now {
                throw Problem(
                    .notPossible,
                    "path",
                    "takes no objection any more: the time for it ended at \(EventTime.text(until))",
                    "speak with the processor about what the contract gives",
                    reason: "window_over"
                )
            }
            guard CaseState(rawValue: state)?.isFinal == false else {
                throw Problem(
                    .notPossible,
                    "path",
                    "takes no objection any more: it is closed",
                    "speak with the processor about what the contract gives",
                    reason: "case_closed"
                )
            }
        } _: { body in
            body.member("notice", id)
        }
    }
}
