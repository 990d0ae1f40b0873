package import FoundationEssentials
package import Ledger
package import Postgres
import Rights

/// What one transaction does to groups of cases: opens them, counts the cases that ended, names their client, and destroys
/// what was kept for all of a group once nobody of it is left.
///
/// Groups are locked after every case and in id order, so that two cases that end in two transactions at once give one
/// summary and no deadlock: the second waits for the first, and then reads what the first has counted.
package struct CaseGroups: Sendable {
    private var opened: [UUID: CaseGroupRecord] = [:]
    private var locked: [UUID: CaseGroupRecord] = [:]
    private var ended: [UUID: [CaseState: Int]] = [:]
    private var named: [UUID: String] = [:]
    private var emptied: Set<UUID> = []

    package mutating func open(_ group: CaseGroupRecord) { opened[group.id] = group }

    /// A case has reached a final state.
    package mutating func end(_ record: CaseFileRecord) {
        guard let group = record.groupID else { return }
        ended[group, default: [:]][record.state, default: 0] += 1
    }

    /// The client of a group's cases has become known.
    package mutating func assign(_ client: String, to group: UUID?) {
        if let group { named[group] = client }
    }

    /// The words of one of a group's cases are destroyed; those kept for all go with the last.
    package mutating func destroyWords(of record: CaseFileRecord) {
        if let group = record.groupID { emptied.insert(group) }
    }

    /// Locks what this transaction touches, and counts.
    ///
    /// - Returns: the summaries of the groups whose last case has ended.
    package nonisolated(nonsending) mutating func settle(on connection: PostgresConnection, at now: Date) async throws
        -> [OutboxRow]
    {
        let wanted = emptied.union(ended.keys).union(named.keys).subtracting(opened.keys)
        if !wanted.isEmpty {
            let rows = try await connection.query(CaseGroupRecord.locking(Array(wanted)))
            for row in rows {
                let group = try CaseGroupRecord(row: row)
                locked[group.id] = group
            }
        }
        return count(at: now)
    }

    private mutating func count(at now: Date) -> [OutboxRow] {
        for (id, client) in named {
            opened[id]?.clientID = client
            locked[id]?.clientID = client
        }
        var summaries: [OutboxRow] = []
        for (id, endings) in ended {
            guard var group = opened[id] ?? locked[id] else { continue }
            if group.count(endings, at: now) { summaries.append(CaseOutcome.completed(group, at: now)) }
            if opened[id] != nil { opened[id] = group } else { locked[id] = group }
        }
        return summaries
    }

    package var statements: [SQL] {
        var statements = opened.values.map(\.insert)
        statements += locked.values.filter { ended[$0.id] != nil || named[$0.id] != nil }.map(\.update)
        if !emptied.isEmpty {
            // Under the groups' locks: of two last ones each would else see the other's words and leave these.
            statements.append(
                """
                DELETE FROM habeas.event_secret AS e
                 WHERE e.subject_id = ANY(\(Array(emptied))::uuid[])
                   AND NOT EXISTS (SELECT FROM habeas.case_file c JOIN habeas.case_secret s ON s.case_id = c.id
                                    WHERE c.group_id = e.subject_id)
                """
            )
        }
        return statements
    }
}
