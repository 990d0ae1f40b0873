package import FoundationEssentials
package import Postgres

/// A sealed payload on its way into a table.
package struct SealedPayload: Sendable {
    package let wrapped: CaseKey.Wrapped
    package let bytes: [UInt8]

    package init(wrapped: CaseKey.Wrapped, bytes: [UInt8]) {
        self.wrapped = wrapped
        self.bytes = bytes
    }

    /// Seals `plain` under a fresh key for `owner`.
    package init(sealing plain: [UInt8], for owner: UUID, with ring: KeyRing) throws {
        let key = CaseKey(for: owner)
        self.init(wrapped: try key.wrapped(with: ring), bytes: try key.seal(plain, as: .payload))
    }

    package func opened(for owner: UUID, with ring: KeyRing) throws -> [UInt8] {
        try CaseKey(unwrapping: wrapped, for: owner, with: ring).open(bytes, as: .payload)
    }
}

/// The secrets of new cases and of later events, and the look-ups of new cases.
package struct SecretWrites: Sendable {
    package struct IdentityRow: Sendable {
        package let lookup: [UInt8]
        package let kind: String
        package let normalisation: Int

        package init(lookup: [UInt8], kind: String, normalisation: Int) {
            self.lookup = lookup
            self.kind = kind
            self.normalisation = normalisation
        }
    }

    private var cases: [(id: UUID, clientID: String?, secret: SealedPayload)] = []
    private var identities: [(caseID: UUID, clientID: String?, row: IdentityRow)] = []
    private var events: [(id: UUID, subjectID: UUID, type: String, receivedAt: Date, secret: SealedPayload)] = []
    private let lookupKeyID: String

    package init(lookupKeyID: String) { self.lookupKeyID = lookupKeyID }

    package mutating func add(case id: UUID, clientID: String?, secret: SealedPayload, identities rows: [IdentityRow]) {
        cases.append((id, clientID, secret))
        add(identities: rows, of: id, clientID: clientID)
    }

    package mutating func add(identities rows: [IdentityRow], of id: UUID, clientID: String?) {
        // A person may be named twice in the same way.
        for (index, row) in rows.enumerated() where !rows[..<index].contains(where: { $0.lookup == row.lookup }) {
            identities.append((id, clientID, row))
        }
    }

    /// A case opened in this transaction has got its client: its rows are that client's, its people are looked up anew.
    package mutating func assign(_ clientID: String, to id: UUID, identities rows: [IdentityRow]) {
        for index in cases.indices where cases[index].id == id { cases[index].clientID = clientID }
        identities.removeAll { $0.caseID == id }
        add(identities: rows, of: id, clientID: clientID)
    }

    package mutating func add(
        event id: UUID,
        about subject: UUID,
        type: String,
        receivedAt: Date,
        secret: SealedPayload
    ) {
        events.append((id, subject, type, receivedAt, secret))
    }

    package var statements: [SQL] {
        var statements: [SQL] = []
        if !cases.isEmpty {
            statements.append(
                """
                INSERT INTO habeas.case_secret (case_id, client_id, kek_id, wrapped_key, payload)
                SELECT * FROM unnest(\(cases.map(\.id))::uuid[], \(cases.map(\.clientID))::text[],
                  \(cases.map(\.secret.wrapped.kekID))::text[], \(cases.map(\.secret.wrapped.bytes))::bytea[],
                  \(cases.map(\.secret.bytes))::bytea[])
                """
            )
        }
        if !identities.isEmpty {
            statements.append(
                """
                INSERT INTO habeas.case_identity (lookup, case_id, client_id, kind, normalisation, key_id)
                SELECT n.*, \(lookupKeyID) FROM unnest(\(identities.map(\.row.lookup))::bytea[],
                  \(identities.map(\.caseID))::uuid[], \(identities.map(\.clientID))::text[],
                  \(identities.map(\.row.kind))::text[], \(identities.map { Int16($0.row.normalisation) })::int2[]) AS n
                """
            )
        }
        if !events.isEmpty {
            statements.append(
                """
                INSERT INTO habeas.event_secret (id, subject_id, event_type, received_at, kek_id, wrapped_key, payload)
                SELECT * FROM unnest(\(events.map(\.id))::uuid[], \(events.map(\.subjectID))::uuid[],
                  \(events.map(\.type))::text[], \(events.map(\.receivedAt))::timestamptz[],
                  \(events.map(\.secret.wrapped.kekID))::text[], \(events.map(\.secret.wrapped.bytes))::bytea[],
                  \(events.map(\.secret.bytes))::bytea[])
                """
            )
        }
        return statements
    }
}
