import Outbound
import Rights

/// Reads what the data map says of a person who does it: `email` and `manual`.
///
/// What reaches an envelope or a header is looked at here, so that a wrong address is refused with its line and not at the
/// first task; no address is repeated in a fault.
enum PersonSection {
    private static let common = ["kind", "owner", "instructions", "remind_every", "publishers"]
    private static let ownerLimit = 200
    private static let addressLimit = 20

    /// - Parameter writes: whether the person is written to, rather than looking at the list of tasks.
    static func read(_ section: YAMLMapping, writes: Bool) throws(PolicyFault) -> PersonDescription {
        if !writes {
            for key in ["addresses", "locale"] where section.keys.contains(key) {
                throw section.fault(key, "has no meaning where nobody is written to", "use kind email, or leave it out")
            }
        }
        try section.allow(common + (writes ? ["addresses", "locale"] : []))
        var person = PersonDescription()
        if writes {
            person.addresses = try addresses(section)
            person.locale = try locale(section) ?? person.locale
        }
        person.owner = try owner(section)
        person.instructions = try section.text("instructions")
        person.remindEvery = try SystemFile.period("remind_every", section) ?? person.remindEvery
        person.publishers = try PublisherNames.read(section)
        return person
    }

    private static func addresses(_ section: YAMLMapping) throws(PolicyFault) -> [String] {
        let addresses = try section.list("addresses")
        guard !addresses.isEmpty else {
            throw section.fault("addresses", "is missing or empty", "name who does it, or use kind manual")
        }
        guard addresses.count <= addressLimit, Set(addresses.map { $0.lowercased() }).count == addresses.count else {
            throw section.fault("addresses", "has more than \(addressLimit) items, or one twice", "keep one of each")
        }
        guard addresses.allSatisfy({ (try? MailAddress($0)) != nil && EmailAddress.normalise($0) != nil }) else {
            throw section.fault(
                "addresses",
                "has an item that is not a mail address that can stand in an envelope",
                "write local@domain in ASCII, without name, angle brackets and quotes"
            )
        }
        guard !addresses.contains(where: AutomaticSender.isOne) else {
            throw section.fault(
                "addresses",
                "has an address behind which nobody reads",
                "give one that whoever does it answers from"
            )
        }
        return addresses
    }

    private static func locale(_ section: YAMLMapping) throws(PolicyFault) -> String? {
        guard let text = try section.text("locale") else { return nil }
        guard let locale = Locales.normalise(text) else {
            throw section.fault("locale", "is not a language tag", "write for instance en or de-DE")
        }
        return locale
    }

    private static func owner(_ section: YAMLMapping) throws(PolicyFault) -> String? {
        guard let text = try section.text("owner") else { return nil }
        guard text.utf8.count <= ownerLimit, CanonicalText.isOneLine(text) else {
            throw section.fault(
                "owner",
                "is not one line of at most \(ownerLimit) bytes",
                "name the team or the role that answers for it"
            )
        }
        return text
    }
}
