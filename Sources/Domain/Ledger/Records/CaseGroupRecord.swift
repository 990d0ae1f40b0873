package import FoundationEssentials
package import Postgres
package import Rights

/// The row of one request about several people: how many cases it opened, and how those ended so far.
///
/// Whoever changes it holds its lock, taken after the locks of its cases.
package struct CaseGroupRecord: Sendable {
    package let id: UUID
    package var clientID: String?
    package let publisherID: String
    package let requestRef: String?
    package let reference: String?
    package let receivedAt: Date
    /// How many cases there are.
    package let cases: Int
    /// How many of them ended in each final state.
    package private(set) var endings: [CaseState: Int]
    package private(set) var completedAt: Date?
    package private(set) var outcomeSequence: Int

    /// The group of cases that one event opens.
    package init(of record: CaseFileRecord, id: UUID, cases: Int) {
        self.id = id
        clientID = record.clientID
        publisherID = record.publisherID
        requestRef = record.requestRef
        reference = record.reference
        receivedAt = record.receivedAt
        self.cases = cases
        endings = [:]
        completedAt = nil
        outcomeSequence = 0
    }

    /// Counts cases that have ended.
    ///
    /// - Returns: whether these were the last: true once in the life of a group.
    package mutating func count(_ ended: [CaseState: Int], at now: Date) -> Bool {
        endings.merge(ended, uniquingKeysWith: +)
        guard completedAt == nil, endings.values.reduce(0, +) == cases else { return false }
        completedAt = now
        outcomeSequence += 1
        return true
    }
}

extension CaseGroupRecord {
    /// The final states, in the order of their columns.
    package static let finalStates = CaseState.allCases.filter(\.isFinal)

    /// The states in which cases ended, and how many in each.
    package var inOrder: [(state: CaseState, cases: Int)] {
        CaseGroupRecord.finalStates.compactMap { state in endings[state].map { (state, $0) } }
    }

    private static let columns: SQL = """
        id, client_id, publisher_id, request_ref, reference, received_at, cases, completed_at, outcome_seq,
        fulfilled, partly_fulfilled, refused, handed_over, withdrawn, lapsed
        """

    package static func reading(_ ids: [UUID]) -> SQL {
        "SELECT \(columns) FROM habeas.case_group WHERE id = ANY(\(ids)::uuid[]) ORDER BY id"
    }

    /// Reads and locks, in id order. The locks of the groups' cases are taken before.
    package static func locking(_ ids: [UUID]) -> SQL { "\(reading(ids)) FOR NO KEY UPDATE" }

    package init(row: Row) throws {
        id = try row.decode("id", as: UUID.self)
        clientID = try row.decode("client_id", as: String?.self)
        publisherID = try row.decode("publisher_id", as: String.self)
        requestRef = try row.decode("request_ref", as: String?.self)
        reference = try row.decode("reference", as: String?.self)
        receivedAt = try row.decode("received_at", as: Date.self)
        cases = try row.decode("cases", as: Int.self)
        completedAt = try row.decode("completed_at", as: Date?.self)
        outcomeSequence = try row.decode("outcome_seq", as: Int.self)
        var endings: [CaseState: Int] = [:]
        for state in CaseGroupRecord.finalStates {
            let count = try row.decode(state.rawValue, as: Int.self)
            if count > 0 { endings[state] = count }
        }
        self.endings = endings
    }

    /// There are few groups in a transaction, so each has a statement of its own.
    package var insert: SQL {
        """
        INSERT INTO habeas.case_group (\(CaseGroupRecord.columns))
        VALUES (\(id), \(clientID), \(publisherID), \(requestRef), \(reference), \(receivedAt), \(cases), \(completedAt),
          \(outcomeSequence), \(ended(.fulfilled)), \(ended(.partlyFulfilled)), \(ended(.refused)), \(ended(.handedOver)),
          \(ended(.withdrawn)), \(ended(.lapsed)))
        """
    }

    package var update: SQL {
        """
        UPDATE habeas.case_group
           SET client_id = \(clientID), completed_at = \(completedAt), outcome_seq = \(outcomeSequence),
               fulfilled = \(ended(.fulfilled)), partly_fulfilled = \(ended(.partlyFulfilled)),
               refused = \(ended(.refused)), handed_over = \(ended(.handedOver)), withdrawn = \(ended(.withdrawn)),
               lapsed = \(ended(.lapsed))
         WHERE id = \(id)
        """
    }

    private func ended(_ state: CaseState) -> Int32 { Int32(endings[state] ?? 0) }
}
