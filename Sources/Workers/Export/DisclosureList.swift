import Fleet
import FoundationEssentials
import Ledger
import Rights

/// To whom a person's data go, from the data map: what Cal. Civ. Code 1798.83 asks, and GDPR Art. 15(1)(c) (Y9).
struct DisclosureList {
    /// What there is to say of each, in this order.
    static let columns = ["name", "service", "categories", "purposes", "country"]

    /// What the page calls them.
    static func headings(in words: PageWords) -> [String: String] {
        let headings = [words.recipient, words.service, words.category, words.purposes, words.region]
        return Dictionary(uniqueKeysWithValues: zip(columns, headings))
    }

    private let systems: [DataSystem]

    init(_ record: CaseFileRecord, _ registry: Registry) {
        systems = registry.systems.filter { system in
            guard system.kind == .subprocessor || system.kind == .clientIntegration else { return false }
            return record.relationship.map { system.canHold($0, client: record.clientID) } ?? true
        }
    }

    var rows: Int { systems.count }

    /// One JSON object a line.
    var lines: [UInt8] {
        var bytes: [UInt8] = []
        for system in systems {
            var writer = JSONWriter(capacity: 256)
            writer.object { row in
                row.member("name", system.company ?? system.title)
                row.member("service", system.service)
                row.member("categories", system.categories.joined(separator: ", "))
                row.member("purposes", system.purposes.joined(separator: ", "))
                row.member("country", system.region)
            }
            bytes += writer.bytes
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
