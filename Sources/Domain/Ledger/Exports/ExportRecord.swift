package import FoundationEssentials
package import Postgres
import Rights

/// A row of `export`: one bundle of one case, from its first piece until it is over: a copy of what is held about a person, or a list of
/// the people whom an incident concerns.
package struct ExportRecord: Sendable {
    package enum State: String, ClosedList {
        case collecting, ready
        /// Its key is destroyed.
        case expired
    }

    /// The finished bundle.
    package struct Bundle: Sendable, Hashable {
        package let object: String
        package let bytes: Int
        /// Of the zip, hexadecimal.
        package let sha256: String
        package let rows: Int
        /// Systems that are named in it because they gave nothing.
        package let gaps: Int

        package init(object: String, bytes: Int, sha256: String, rows: Int, gaps: Int) {
            self.object = object
            self.bytes = bytes
            self.sha256 = sha256
            self.rows = rows
            self.gaps = gaps
        }

        /// The bytes of ``sha256``.
        package var digest: [UInt8] {
            var bytes: [UInt8] = []
            var rest = sha256[...]
            while let byte = UInt8(rest.prefix(2), radix: 16) {
                bytes.append(byte)
                rest = rest.dropFirst(2)
            }
            return bytes
        }
    }

    /// Handing the bundle over to another controller (GDPR Art. 20(2), Y5).
    package struct HandOver: Sendable, Hashable {
        package enum State: String, ClosedList {
            case underWay = "under_way"
            /// A person is asked.
            case asked
            case done
            /// A person has said that the copy by itself has to do.
            case left
        }

        package var state: State
        /// Its id in the data map; nil where none that stands there is meant.
        package var receiver: String?
        /// When it had confirmed that it has all of it.
        package var doneAt: Date?

        package init(_ state: State, receiver: String?, doneAt: Date? = nil) {
            self.state = state
            self.receiver = receiver
            self.doneAt = doneAt
        }
    }

    package let id: UUID
    package let caseID: UUID
    package let clientID: String?
    /// The number of the list that it is, see ``BreachPeopleRecord``; nil where it is a copy.
    package let list: Int?
    package var state: State
    /// Nil when it is over.
    package var key: CaseKey.Wrapped?
    package var bundle: Bundle?
    /// Nil where nobody asked for it.
    package var handOver: HandOver?
    package let begunAt: Date
    package var readyAt: Date?
    package var expiresAt: Date?
    package var expiredAt: Date?
    package var deletedAt: Date?

    /// - Parameter key: a fresh one, wrapped.
    package init(id: UUID, caseID: UUID, clientID: String?, list: Int? = nil, key: CaseKey.Wrapped, at now: Date) {
        self.id = id
        self.caseID = caseID
        self.clientID = clientID
        self.list = list
        self.key = key
        state = .collecting
        begunAt = now
    }

    /// What begins the names of all that it has in the store.
    package var folder: String { id.lowercaseText }

    /// Its words are out of reach from now on, whatever becomes of the files.
    package mutating func expire(at now: Date) {
        state = .expired
        key = nil
        expiredAt = now
    }
}

extension ExportRecord {
    package static let columns: SQL = """
        id, case_id, client_id, state, kek_id, wrapped_key, object, bytes, sha256, rows, gaps, begun_at, ready_at, expires_at, expired_at,
        deleted_at, hand_over, receiver, handed_over_at, list
        """

    /// The exports of these cases, the oldest first.
    package static func reading(of cases: [UUID]) -> SQL {
        "SELECT \(columns) FROM habeas.export WHERE case_id = ANY(\(cases)::uuid[]) ORDER BY begun_at, id"
    }

    package init(row: Row) throws {
        let (id, caseID, clientID, state, kek, wrapped) = try row.decode(
            UUID.self,
            UUID.self,
            String?.self,
            String.self,
            String?.self,
            [UInt8]?.self
        )
        self.id = id
        self.caseID = caseID
        self.clientID = clientID
        self.state = try Stored.word(state, "export.state")
        if let kek, let wrapped { key = CaseKey.Wrapped(kekID: kek, bytes: wrapped) }
        list = try row.decode("list", as: Int?.self)
        begunAt = try row.decode("begun_at", as: Date.self)
        readyAt = try row.decode("ready_at", as: Date?.self)
        expiresAt = try row.decode("expires_at", as: Date?.self)
        expiredAt = try row.decode("expired_at", as: Date?.self)
        deletedAt = try row.decode("deleted_at", as: Date?.self)
        if let word = try row.decode("hand_over", as: String?.self) {
            handOver = HandOver(
                try Stored.word(word, "export.hand_over"),
                receiver: try row.decode("receiver", as: String?.self),
                doneAt: try row.decode("handed_over_at", as: Date?.self)
            )
        }
        if let object = try row.decode("object", as: String?.self),
            let sha256 = try row.decode("sha256", as: String?.self)
        {
            bundle = Bundle(
                object: object,
                bytes: try Int(row.decode("bytes", as: Int64.self)),
                sha256: sha256,
                rows: try Int(row.decode("rows", as: Int64.self)),
                gaps: try row.decode("gaps", as: Int.self)
            )
        }
    }

    package var insert: SQL {
        """
        INSERT INTO habeas.export (id, case_id, client_id, kek_id, wrapped_key, begun_at, list)
        VALUES (\(id), \(caseID), \(clientID), \(key?.kekID), \(key?.bytes), \(begunAt), \(list.map { Int32($0) }))
        """
    }

    package var update: SQL {
        """
        UPDATE habeas.export
           SET state = \(state.rawValue), kek_id = \(key?.kekID), wrapped_key = \(key?.bytes), object = \(bundle?.object),
               bytes = \(bundle.map { Int64($0.bytes) }), sha256 = \(bundle?.sha256), rows = \(bundle.map { Int64($0.rows) }),
               gaps = \(bundle.map { Int32($0.gaps) }), ready_at = \(readyAt), expires_at = \(expiresAt), expired_at = \(expiredAt),
               deleted_at = \(deletedAt), hand_over = \(handOver?.state.rawValue), receiver = \(handOver?.receiver),
               handed_over_at = \(handOver?.doneAt)
         WHERE id = \(id)
        """
    }
}
