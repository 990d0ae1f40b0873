import FoundationEssentials
import Postgres
import Rights

/// The table in an own database in which the connector notes what it has done there, in the transactions that do it.
///
/// A row is about one key of ours and one part of its work. Nothing in it tells of a person; the place at which tenant-wide work
/// goes on holds a primary key and is emptied at its end.
struct ProgressTable: Sendable {
    let name: SQL

    init(_ name: String) { self.name = .table(name) }

    /// Makes it; for whoever may, where the connector may not.
    var definition: SQL {
        """
        CREATE TABLE IF NOT EXISTS \(name) (
          key uuid NOT NULL,
          part text NOT NULL,
          rows bigint NOT NULL DEFAULT 0,
          total bigint,
          place text[],
          pass integer NOT NULL DEFAULT 1,
          is_done boolean NOT NULL DEFAULT false,
          findings jsonb,
          at timestamptz NOT NULL DEFAULT now(),
          PRIMARY KEY (key, part)
        )
        """
    }

    // MARK: One person

    func findings(of key: UUID, _ part: String) -> SQL {
        "SELECT findings FROM \(name) WHERE key = \(key) AND part = \(part)"
    }

    /// Changes no row where another attempt was faster.
    func note(_ findings: TargetFindings, of key: UUID, _ part: String) -> SQL {
        """
        INSERT INTO \(name) (key, part, rows, is_done, findings)
        VALUES (\(key), \(part), \(Int64(findings.rows ?? 0)), true, \(JSONText(findings.text)))
        ON CONFLICT DO NOTHING
        """
    }

    // MARK: A whole client

    /// How far one table has come.
    struct Place: Sendable {
        let part: String
        var rows: Int
        let total: Int?
        /// The primary key up to which everything is gone.
        var place: [String]?
        /// Rows may come in behind the place: it is gone through again until a pass finds nothing.
        var pass: Int
        var isDone: Bool
    }

    func places(of key: UUID) -> SQL {
        "SELECT part, rows, total, place, pass, is_done FROM \(name) WHERE key = \(key) AND findings IS NULL"
    }

    static func places(_ rows: Rows) throws -> [String: Place] {
        var places: [String: Place] = [:]
        for row in rows {
            let (part, rows, total, place, pass, isDone) = try row.decode(
                String.self,
                Int64.self,
                Int64?.self,
                [String]?.self,
                Int32.self,
                Bool.self
            )
            places[part] = Place(
                part: part,
                rows: Int(rows),
                total: total.map(Int.init),
                place: place,
                pass: Int(pass),
                isDone: isDone
            )
        }
        return places
    }

    func open(_ key: UUID, _ part: String, rows: Int, total: Int?, isDone: Bool) -> SQL {
        """
        INSERT INTO \(name) (key, part, rows, total, is_done)
        VALUES (\(key), \(part), \(Int64(rows)), \(total.map(Int64.init)), \(isDone)) ON CONFLICT DO NOTHING
        """
    }

    /// Locks the row if it still stands where it was read.
    func lock(_ key: UUID, _ place: Place) -> SQL {
        "SELECT FROM \(name) WHERE \(stands(key, place)) FOR UPDATE"
    }

    /// Deletes by `condition` and moves on, if the row still stands where it was read: two that work at once count nothing twice.
    func advance(_ key: UUID, _ place: Place, to next: [String], deleting table: SQL, where condition: SQL) -> SQL {
        """
        WITH held AS MATERIALIZED (SELECT FROM \(name) WHERE \(stands(key, place))),
        gone AS (DELETE FROM \(table) AS t WHERE EXISTS (SELECT FROM held) AND \(condition) RETURNING 1)
        UPDATE \(name) SET rows = rows + (SELECT count(*) FROM gone), place = \(next)::text[], at = now()
        WHERE \(stands(key, place)) RETURNING (SELECT count(*) FROM gone)
        """
    }

    func turn(_ key: UUID, _ place: Place, isDone: Bool) -> SQL {
        """
        UPDATE \(name) SET place = NULL, pass = pass + 1, is_done = \(isDone), at = now() WHERE \(stands(key, place))
        """
    }

    /// Everything is gone through again: something refers to what was to be deleted.
    func again(_ key: UUID) -> SQL {
        "UPDATE \(name) SET place = NULL, is_done = false WHERE key = \(key) AND findings IS NULL AND part LIKE 'tenant:%'"
    }

    private func stands(_ key: UUID, _ place: Place) -> SQL {
        """
        key = \(key) AND part = \(place.part) AND pass = \(Int32(place.pass)) AND place IS NOT DISTINCT FROM \(place.place)::text[]
        """
    }
}
