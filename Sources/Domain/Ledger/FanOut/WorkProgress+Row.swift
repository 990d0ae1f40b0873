package import FoundationEssentials
package import Postgres
package import Rights

/// How far work that takes its time is, read without any lock or key: from the parts of a case, the last attempts at them, and what lies
/// in the store.
extension WorkProgress {
    private static let operations: [TargetOperation] = [.collect, .eraseTenant]

    /// Cases whose copy is being collected or whose client's data are being erased, the oldest first. Lists of an incident's people are
    /// collected from nowhere.
    package static func open(limit: Int) -> SQL {
        """
        SELECT n.case_id, c.client_id, (count(*) OVER ())::int8
          FROM (SELECT case_id, begun_at FROM habeas.export WHERE state = 'collecting' AND list IS NULL
                UNION ALL
                SELECT id, state_since FROM habeas.case_file
                 WHERE kind = \(CaseKind.endOfContract.rawValue) AND state = ANY(\(working)::text[])) AS n (case_id, begun_at)
          JOIN habeas.case_file c ON c.id = n.case_id
         ORDER BY n.begun_at, n.case_id LIMIT \(limit)
        """
    }

    private static let working = [CaseState.inProgress, .onHold].map(\.rawValue)

    /// The parts of these cases, in the order of their plans.
    package static func reading(of cases: [UUID]) -> SQL {
        """
        SELECT f.*, e.findings AS latest, CASE WHEN e.state = 'retrying' THEN e.cause END AS latest_cause,
               p.rows AS collected_rows, p.bytes AS collected_bytes, p.files AS collected_files
          FROM (SELECT \(FanOutTarget.columns) FROM habeas.fan_out
                 WHERE case_id = ANY(\(cases)::uuid[]) AND operation = ANY(\(operations.map(\.rawValue))::text[])) AS f
          LEFT JOIN habeas.effect e ON e.id = f.effect_id
         CROSS JOIN LATERAL (
            SELECT coalesce(sum(rows), 0)::int8 AS rows, coalesce(sum(bytes), 0)::int8 AS bytes,
                   count(*) FILTER (WHERE is_file) AS files
              FROM habeas.export_piece WHERE target_id = f.id AND target_key = f.key) AS p
         ORDER BY f.case_id, f.ordinal, f.id
        """
    }

    /// With the case that it is of.
    package static func decode(_ row: Row) throws -> (case: UUID, progress: WorkProgress) {
        let target = try FanOutTarget(row: row)
        let progress = WorkProgress(
            target,
            latest: try row.decode("latest", as: String?.self).map { TargetFindings(reading: $0) },
            cause: try row.decode("latest_cause", as: String?.self),
            collected: (
                rows: Int(try row.decode("collected_rows", as: Int64.self)),
                bytes: Int(try row.decode("collected_bytes", as: Int64.self)),
                files: Int(try row.decode("collected_files", as: Int64.self))
            )
        )
        return (target.caseID, progress)
    }
}
