import Crypto
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What clients are told and get, as one transaction makes it: contents and lists of people, each with its sealed words. No input or
/// output.
struct NoticeFile {
    private let ring: KeyRing
    private let now: Date
    private var contents: [BreachContentRecord] = []
    private var lists: [BreachPeopleRecord] = []
    private var secrets = SecretWrites(lookupKeyID: "")

    init(ring: KeyRing, at now: Date) {
        self.ring = ring
        self.now = now
    }

    /// Keeps what a client is told.
    ///
    /// - Parameter phase: of the incident, as of which it is.
    mutating func keep(_ content: NoticeContent, of caseID: UUID, clientID: String, phase: Int) throws -> Entry {
        let stored = content.stored
        let made = BreachContentRecord(
            content,
            digest: Hex.text(SHA256.hash(data: stored)),
            of: caseID,
            clientID: clientID,
            phase: phase,
            at: now
        )
        contents.append(made)
        secrets.add(
            event: made.id,
            about: caseID,
            type: BreachContentRecord.eventType,
            receivedAt: now,
            secret: try SealedPayload(sealing: stored, for: made.id, with: ring)
        )
        return Entry(made: made, changed: content.changed)
    }

    /// Keeps a list, with the identities that it adds.
    mutating func keep(_ list: BreachPeopleRecord, people: [IncidentPicture.SealedPeople]) throws {
        lists.append(list)
        secrets.add(
            event: list.id,
            about: list.caseID,
            type: BreachPeopleRecord.eventType,
            receivedAt: now,
            secret: try SealedPayload(sealing: SealedPeopleWords(people.map(\.text)).stored, for: list.id, with: ring)
        )
    }

    var statements: [SQL] {
        BreachPeopleRecord.insert(lists) + (contents.isEmpty ? [] : [BreachContentRecord.insert(contents)])
            + secrets.statements
    }

    /// A content that was kept, and what the fact of it says.
    struct Entry {
        static let fact = "notice.made"

        fileprivate let made: BreachContentRecord
        fileprivate let changed: [NoticeContent.Field]

        func write(to body: inout JSONWriter) {
            body.member("number", made.number)
            body.member("kind", made.kind)
            body.member("phase", made.phase)
            body.member("sha256", made.digest)
            body.member("changed", changed)
        }
    }
}
