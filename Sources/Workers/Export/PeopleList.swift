import FoundationEssentials
import Ledger
import Rights

/// The people of one client whom an incident concerns, as one of its lists has them: those of the lists before it, too, each once (45
/// CFR 164.410(c)(1): identified as far as possible; GDPR Art. 33(2), 34: the client has to tell them).
struct PeopleList: Sendable {
    let number: Int
    let madeAt: Date
    private let people: [RequestSubject]

    init(_ list: BreachPeopleRecord, _ people: AffectedPeople) {
        number = list.number
        madeAt = list.madeAt
        self.people = people.people
    }

    /// - Parameters:
    ///   - lists: of the client's part of the incident.
    ///   - words: theirs, still sealed, with their ids.
    /// - Throws: what the key ring says; `EventFault` for identities that do not open.
    /// - Returns: nil where no list has this id.
    init?(
        _ id: UUID,
        among lists: [BreachPeopleRecord],
        _ words: [(id: UUID, secret: SealedPayload)],
        with ring: KeyRing
    ) throws {
        guard let list = lists.first(where: { $0.id == id }) else { return nil }
        let wanted = Set(lists.filter { $0.number <= list.number }.map(\.id))
        let secrets = words.filter { wanted.contains($0.id) }
        // A list that lacks some of them says that they are not concerned.
        guard secrets.count == wanted.count else { throw ExportObstacle.pieces }
        var people = AffectedPeople()
        for (id, secret) in secrets {
            for text in try SealedPeopleWords(stored: try secret.opened(for: id, with: ring)).texts {
                people.join(try AffectedPeople(opening: text, at: "identities", with: ring))
            }
        }
        self.init(list, people)
    }

    // MARK: As rows

    var rows: Int { people.count }

    static let number = "number"
    private static let contact = ["contact_name", "contact_email", "contact_locale"]

    /// What is known of anybody, in one order.
    var columns: [String] {
        let types = Set(people.lazy.flatMap(\.identities).map(\.type))
        let known = [
            people.contains { $0.contact?.name != nil }, people.contains { $0.contact?.email != nil },
            people.contains { $0.contact?.locale != nil },
        ]
        return [Self.number] + zip(Self.contact, known).filter(\.1).map(\.0)
            + IdentityType.allCases.filter(types.contains).map(\.rawValue)
    }

    /// One JSON object a line, one person each. Of what somebody has several of there is a list.
    var lines: [UInt8] {
        var bytes: [UInt8] = []
        for (index, person) in people.enumerated() {
            var writer = JSONWriter(capacity: 256)
            writer.object { row in
                row.member("number", index + 1)
                row.member("contact_name", person.contact?.name)
                row.member("contact_email", person.contact?.email)
                row.member("contact_locale", person.contact?.locale)
                for type in IdentityType.allCases {
                    let values = person.identities.filter { $0.type == type }.map(\.value)
                    guard let first = values.first else { continue }
                    row.key(type)
                    if values.count == 1 { row.string(first) } else { row.array(values) { $0.string($1) } }
                }
            }
            bytes += writer.bytes
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
