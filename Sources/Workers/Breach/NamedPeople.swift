import Fleet
import FoundationEssentials
import Ledger
import Rights

/// The people whose data the vendor itself controls, as the phases of an incident have named them: each who has an address once.
struct NamedPeople: Sendable {
    struct Entry: Sendable {
        let person: ToldPerson
        /// Keyed digests of the address under every look-up key that lives, the newest first.
        let lookups: [[UInt8]]
    }

    private(set) var entries: [Entry] = []
    /// Those without an address.
    private(set) var unaddressed = 0
    /// Sealed parts that did not open, or hold no list of people.
    private(set) var unreadable = 0

    /// All of them, once each; of an unreadable part nobody knows how many it names.
    var count: Int { entries.count + unaddressed }
    var allLookups: [[UInt8]] { entries.flatMap(\.lookups) }

    init(_ sealed: [String], of incident: UUID, with ring: KeyRing) {
        var people = AffectedPeople()
        for text in sealed {
            do throws(EventFault) {
                people.join(try AffectedPeople(opening: text, at: "data.own_data.identities", with: ring))
            } catch {
                unreadable += 1
            }
        }
        let digests = ring.lookupKeys.map(KeyedDigest.init)
        var addresses: Set<String> = []
        for subject in people.people {
            guard let person = ToldPerson(subject) else {
                unaddressed += 1
                continue
            }
            // Two who share an address get one letter.
            guard addresses.insert(person.email).inserted else { continue }
            let lookups = digests.map { $0.digest(.identity, incident.lowercaseText, "email", person.email) }
            entries.append(Entry(person: person, lookups: lookups))
        }
    }
}
