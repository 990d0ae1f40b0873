package import FoundationEssentials
package import Postgres
package import Rights

/// What one transaction begins and ends to wait for.
package struct PauseWrites: Sendable {
    private var begun: [(id: UUID, clientID: String?, pause: Pause)] = []
    private var ended: [(id: UUID, reason: PauseReason, at: Date)] = []

    package init() {}

    package mutating func begin(_ pause: Pause, case id: UUID, clientID: String?) {
        begun.append((id, clientID, pause))
    }

    /// A case has got its client in this transaction.
    package mutating func assign(_ clientID: String, to id: UUID) {
        for index in begun.indices where begun[index].id == id { begun[index].clientID = clientID }
    }

    /// One that this transaction began is as if it had never been.
    package mutating func end(_ reason: PauseReason, case id: UUID, at: Date) {
        if let index = begun.firstIndex(where: { $0.id == id && $0.pause.reason == reason }) {
            begun.remove(at: index)
        } else {
            ended.append((id, reason, at))
        }
    }

    /// Endings first: what ends and begins again in one transaction is two pauses.
    package var statements: [SQL] {
        var statements: [SQL] = []
        if !ended.isEmpty {
            statements.append(
                """
                UPDATE habeas.case_pause AS p SET to_at = greatest(n.at, p.from_at)
                  FROM unnest(\(ended.map(\.id))::uuid[], \(ended.map(\.reason.rawValue))::text[], \(ended.map(\.at))::timestamptz[])
                    AS n (case_id, reason, at)
                 WHERE p.case_id = n.case_id AND p.reason = n.reason AND p.to_at IS NULL
                """
            )
        }
        if !begun.isEmpty {
            statements.append(
                """
                INSERT INTO habeas.case_pause (case_id, client_id, reason, from_at, grounded)
                SELECT * FROM unnest(\(begun.map(\.id))::uuid[], \(begun.map(\.clientID))::text[],
                  \(begun.map(\.pause.reason.rawValue))::text[], \(begun.map(\.pause.from))::timestamptz[],
                  \(begun.map(\.pause.isGrounded))::bool[])
                """
            )
        }
        return statements
    }

    /// The pauses of these cases.
    package static func reading(_ ids: [UUID]) -> SQL {
        """
        SELECT case_id, reason, from_at, to_at, grounded FROM habeas.case_pause
         WHERE case_id = ANY(\(ids)::uuid[]) ORDER BY case_id, from_at
        """
    }

    package static func decode(_ row: Row) throws -> (id: UUID, pause: Pause) {
        let (id, reason, from, to, isGrounded) = try row.decode(
            UUID.self,
            String.self,
            Date.self,
            Date?.self,
            Bool.self
        )
        let word: PauseReason = try Stored.word(reason, "case_pause.reason")
        return (id, Pause(word, from: from, to: to, isGrounded: isGrounded))
    }
}
