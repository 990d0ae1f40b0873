package import Postgres

/// The facts of one transaction.
package struct EvidenceWrites: Sendable {
    private var rows: [EvidenceRow] = []

    package init() {}

    package mutating func add(_ row: EvidenceRow) { rows.append(row) }

    package var statements: [SQL] {
        guard !rows.isEmpty else { return [] }
        return [
            """
            INSERT INTO habeas.evidence (chain_id, seq, chain_kind, client_id, at, fact, actor, body, prev, hash)
            SELECT * FROM unnest(\(rows.map(\.chainID))::uuid[], \(rows.map { Int32($0.sequence) })::int4[],
              \(rows.map(\.chainKind))::text[], \(rows.map(\.clientID))::text[], \(rows.map(\.at))::timestamptz[],
              \(rows.map(\.fact))::text[], \(rows.map(\.actor))::text[], \(rows.map(\.body))::text[],
              \(rows.map(\.previous))::bytea[], \(rows.map(\.hash))::bytea[])
            """
        ]
    }
}
