import Rights

/// Reads what the data map says of a person who does it: `email` and `manual`.
enum PersonSection {
    static func read(_ section: YAMLMapping, writes: Bool) throws(PolicyFault) -> PersonDescription {
        var description = PersonDescription()
        description.addresses = try section.list("addresses")
        return description
    }
}
