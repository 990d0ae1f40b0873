package import FoundationEssentials
package import Postgres
package import Rights

/// The rows of `fan_out`. Whoever writes them holds the lock of their case.
extension FanOutTarget {
    package static let columns: SQL = """
        id, case_id, client_id, system_id, system_version, part, operation, way, note, mandatory, level, after, ordinal, key, state,
        outcome, cause, effect_id, findings, acted_at, verify_at, verified_at, verified_by, due_at, owner, kept, ends, backups_until,
        gone_by, repeats, only_categories
        """

    /// All parts of these cases, in the order of their plans.
    package static func reading(of cases: [UUID]) -> SQL {
        "SELECT \(columns) FROM habeas.fan_out WHERE case_id = ANY(\(cases)::uuid[]) ORDER BY case_id, ordinal"
    }

    package static func reading(ids: [UUID]) -> SQL {
        "SELECT \(columns) FROM habeas.fan_out WHERE id = ANY(\(ids)::uuid[])"
    }

    package init(row: Row) throws {
        let (id, caseID, clientID, system, version, part, operation, way) = try row.decode(
            UUID.self,
            UUID.self,
            String?.self,
            String.self,
            Int.self,
            String.self,
            String.self,
            String.self
        )
        self.init(
            id: id,
            caseID: caseID,
            clientID: clientID,
            system: system,
            systemVersion: version,
            part: try Stored.word(part, "fan_out.part"),
            operation: try Stored.word(operation, "fan_out.operation"),
            way: try Stored.word(way, "fan_out.way"),
            isMandatory: try row.decode("mandatory", as: Bool.self),
            level: try Stored.word(try row.decode("level", as: String.self), "fan_out.level"),
            after: try row.decode("after", as: [String].self),
            ordinal: try row.decode("ordinal", as: Int.self),
            key: try row.decode("key", as: UUID.self)
        )
        note = try row.decode("note", as: String?.self)
        state = try Stored.word(try row.decode("state", as: String.self), "fan_out.state")
        outcome = try row.decode("outcome", as: String?.self).map { try Stored.word($0, "fan_out.outcome") }
        cause = try row.decode("cause", as: String?.self)
        effect = try row.decode("effect_id", as: UUID?.self)
        findings = TargetFindings(reading: try row.decode("findings", as: String.self))
        actedAt = try row.decode("acted_at", as: Date?.self)
        verifyAt = try row.decode("verify_at", as: Date?.self)
        verifiedAt = try row.decode("verified_at", as: Date?.self)
        verifiedBy = try row.decode("verified_by", as: String?.self).map { try Stored.word($0, "fan_out.verified_by") }
        dueAt = try row.decode("due_at", as: Date?.self)
        owner = try row.decode("owner", as: String?.self)
        kept = try Kept.list(reading: try row.decode("kept", as: String.self))
        ends = Set(try row.decode("ends", as: [String].self))
        backupsUntil = try row.decode("backups_until", as: Date?.self)
        goneBy = try row.decode("gone_by", as: Date?.self)
        repeats = try row.decode("repeats", as: Int.self)
        only = try row.decode("only_categories", as: [String]?.self).map(Set.init)
    }

    package static func insert(_ rows: [FanOutTarget]) -> SQL {
        """
        INSERT INTO habeas.fan_out (id, case_id, client_id, system_id, system_version, part, operation, way, note, mandatory, level, after,
          ordinal, key, state, outcome, cause, effect_id, findings, due_at, owner, kept, ends, backups_until, gone_by, only_categories)
        SELECT n.id, n.case_id, n.client_id, n.system_id, n.system_version, n.part, n.operation, n.way, n.note, n.mandatory, n.level,
               string_to_array(n.after, ' '), n.ordinal, n.key, n.state, n.outcome, n.cause, n.effect_id, n.findings, n.due_at, n.owner,
               n.kept, string_to_array(n.ends, E'\\n'), n.backups_until, n.gone_by, string_to_array(n.only_categories, E'\\n')
          FROM unnest(\(rows.map(\.id))::uuid[], \(rows.map(\.caseID))::uuid[], \(rows.map(\.clientID))::text[],
                 \(rows.map(\.system))::text[], \(rows.map { Int32($0.systemVersion) })::int4[], \(rows.map(\.part.rawValue))::text[],
                 \(rows.map(\.operation.rawValue))::text[], \(rows.map(\.way.rawValue))::text[], \(rows.map(\.note))::text[],
                 \(rows.map(\.isMandatory))::bool[], \(rows.map(\.level.rawValue))::text[],
                 \(rows.map { $0.after.joined(separator: " ") })::text[], \(rows.map { Int32($0.ordinal) })::int4[],
                 \(rows.map(\.key))::uuid[], \(rows.map(\.state.rawValue))::text[], \(rows.map { $0.outcome?.rawValue })::text[],
                 \(rows.map(\.cause))::text[], \(rows.map(\.effect))::uuid[], \(rows.map(\.findings.text))::text[],
                 \(rows.map(\.dueAt))::timestamptz[], \(rows.map(\.owner))::text[], \(rows.map { Kept.text(of: $0.kept) })::text[],
                 \(rows.map { $0.ends.sorted().joined(separator: "\n") })::text[],
                 \(rows.map(\.backupsUntil))::timestamptz[], \(rows.map(\.goneBy))::timestamptz[],
                 \(rows.map { $0.only?.sorted().joined(separator: "\n") })::text[])
            AS n (id, case_id, client_id, system_id, system_version, part, operation, way, note, mandatory, level, after, ordinal, key,
                  state, outcome, cause, effect_id, findings, due_at, owner, kept, ends, backups_until, gone_by, only_categories)
        """
    }

    package static func update(_ rows: [FanOutTarget]) -> SQL {
        """
        UPDATE habeas.fan_out AS f
           SET key = n.key, state = n.state, outcome = n.outcome, cause = n.cause, effect_id = n.effect_id,
               findings = n.findings, acted_at = n.acted_at, verify_at = n.verify_at, verified_at = n.verified_at,
               verified_by = n.verified_by, due_at = n.due_at, repeats = n.repeats
          FROM unnest(\(rows.map(\.id))::uuid[], \(rows.map(\.key))::uuid[],
                 \(rows.map(\.state.rawValue))::text[], \(rows.map { $0.outcome?.rawValue })::text[], \(rows.map(\.cause))::text[],
                 \(rows.map(\.effect))::uuid[], \(rows.map(\.findings.text))::text[], \(rows.map(\.actedAt))::timestamptz[],
                 \(rows.map(\.verifyAt))::timestamptz[], \(rows.map(\.verifiedAt))::timestamptz[],
                 \(rows.map { $0.verifiedBy?.rawValue })::text[], \(rows.map(\.dueAt))::timestamptz[],
                 \(rows.map { Int32($0.repeats) })::int4[])
            AS n (id, key, state, outcome, cause, effect_id, findings, acted_at, verify_at, verified_at, verified_by, due_at, repeats)
         WHERE f.id = n.id
        """
    }
}

extension FanOutTarget.Kept {
    /// As it is stored: a JSON list.
    package static func text(of list: [FanOutTarget.Kept]) -> String {
        var writer = JSONWriter(capacity: 64)
        writer.array(list) { writer, kept in writer.object { kept.write(to: &$0) } }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    package func write(to body: inout JSONWriter) {
        body.member("category", category)
        body.member("reason", reason)
        body.member("basis", citation)
        body.member("until", until)
    }

    /// - Throws: where an exception cannot be read: read as none it would be erased.
    static func list(reading text: String) throws(StoredWordError) -> [FanOutTarget.Kept] {
        let (document, fault) = JSONScanner.scan(Array(text.utf8), maximumDepth: 4)
        guard fault == nil, document.kind(0) == .array else { throw StoredWordError(column: "fan_out.kept") }
        var list: [FanOutTarget.Kept] = []
        var index = 1
        while index < document.after(0) {
            guard let category = document.word(index, "category"), let reason = document.word(index, "reason"),
                let citation = document.word(index, "basis"),
                let until = document.word(index, "until").flatMap({ EventTime.parse($0) })
            else { throw StoredWordError(column: "fan_out.kept") }
            let known: RetentionException.Reason = try Stored.word(reason, "fan_out.kept")
            list.append(Self(category: category, reason: known, citation: citation, until: until))
            index = document.after(index)
        }
        return list
    }
}
