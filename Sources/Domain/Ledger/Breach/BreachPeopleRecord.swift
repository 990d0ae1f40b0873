package import FoundationEssentials
package import Postgres
import Rights

/// A list of one client's people whom an incident concerns; their sealed identities lie sealed once more under the same id, beside the
/// case. The export of this id is the list as the client gets it. Whoever changes it holds the lock of its case.
package struct BreachPeopleRecord: Sendable, Hashable {
    package let id: UUID
    package let caseID: UUID
    package let clientID: String
    /// From 1, counted for this client alone.
    package let number: Int
    /// The phases of the incident whose people it adds to those of the lists before it.
    package let phases: [Int]
    package let madeAt: Date
    package var isWithdrawn = false
    /// The number of the notice that told the client that it is ready; nil before.
    package var saidIn: Int?

    /// The type under which the sealed identities are kept.
    package static let eventType = "habeas.breach_people.v1"

    package init(number: Int, of caseID: UUID, clientID: String, phases: [Int], at now: Date) {
        id = UUID.version7(at: now)
        self.caseID = caseID
        self.clientID = clientID
        self.number = number
        self.phases = phases
        madeAt = now
    }

    private static let columns: SQL = """
        l.id, l.case_id, l.client_id, l.number, l.phases, l.made_at, l.withdrawn_at IS NOT NULL, l.said_in
        """

    /// All of these cases, in the order of their numbers.
    package static func reading(of cases: [UUID]) -> SQL {
        "SELECT \(columns) FROM habeas.breach_people l WHERE l.case_id = ANY(\(cases)::uuid[]) ORDER BY l.case_id, l.number"
    }

    /// The same, with what the breach worker may know of their exports; see ``Standing``.
    package static func standings(of cases: [UUID]) -> SQL {
        """
        SELECT \(columns), x.state, x.sha256, x.expires_at FROM habeas.breach_people l LEFT JOIN habeas.export x ON x.id = l.id
         WHERE l.case_id = ANY(\(cases)::uuid[]) ORDER BY l.case_id, l.number
        """
    }

    /// The sealed identities of these cases' lists, in the order of their numbers: case, list, and the secret's parts.
    package static func readingPeople(of cases: [UUID]) -> SQL {
        """
        SELECT l.case_id, l.id, e.kek_id, e.wrapped_key, e.payload
          FROM habeas.breach_people l JOIN habeas.event_secret e ON e.id = l.id
         WHERE l.case_id = ANY(\(cases)::uuid[]) ORDER BY l.case_id, l.number
        """
    }

    package init(row: Row) throws {
        let phases: [Int32]
        (id, caseID, clientID, number, phases, madeAt, isWithdrawn, saidIn) = try row.decode(
            UUID.self,
            UUID.self,
            String.self,
            Int.self,
            [Int32].self,
            Date.self,
            Bool.self,
            Int?.self
        )
        self.phases = phases.map(Int.init)
    }

    package static func insert(_ records: [BreachPeopleRecord]) -> [SQL] {
        records.map { record in
            """
            INSERT INTO habeas.breach_people (id, case_id, client_id, number, phases, made_at)
            VALUES (\(record.id), \(record.caseID), \(record.clientID), \(Int32(record.number)), \(record.phases.map(Int32.init))::int4[],
              \(record.madeAt))
            """
        }
    }

    /// Takes back the lists of these cases.
    package static func withdraw(_ cases: [UUID], at now: Date) -> SQL {
        "UPDATE habeas.breach_people SET withdrawn_at = \(now) WHERE case_id = ANY(\(cases)::uuid[]) AND withdrawn_at IS NULL"
    }

    package static func said(_ id: UUID, in number: Int) -> SQL {
        "UPDATE habeas.breach_people SET said_in = \(Int32(number)) WHERE id = \(id) AND said_in IS NULL"
    }
}

extension BreachPeopleRecord {
    /// A list and how far its export is.
    package struct Standing: Sendable {
        package var list: BreachPeopleRecord
        /// Nil where the export worker has not begun it.
        package let state: ExportRecord.State?
        /// Of the bundle, hexadecimal; nil until it is ready.
        package let sha256: String?
        package let expiresAt: Date?

        /// - Parameter row: of ``standings(of:)``.
        package init(row: Row) throws {
            list = try BreachPeopleRecord(row: row)
            state = try row.decode("state", as: String?.self).map { try Stored.word($0, "export.state") }
            sha256 = try row.decode("sha256", as: String?.self)
            expiresAt = try row.decode("expires_at", as: Date?.self)
        }
    }
}
