/// What a description of a REST API can leave open, to be filled in for each person.
package enum HTTPPlaceholder: Sendable, Hashable {
    /// An identity of that type: `{email}`.
    case known(IdentityType)
    /// Whichever identity is being tried, and its type.
    case identity, identityType
    /// What the peer calls the person, as a look-up has found it.
    case id
    /// What the peer calls its own job.
    case reference
    /// The idempotency key.
    case key
    /// What the peer calls the client.
    case client
    /// Of a correction: the peer's name of the field, and what it is to say.
    case field, value
    /// What is to stop, of an opt-out or an objection.
    case scope
    /// Where the next page begins, as the one before it has said.
    case cursor

    private static let words: [(word: String, placeholder: HTTPPlaceholder)] =
        [
            ("identity", .identity), ("identity_type", .identityType), ("id", .id), ("reference", .reference),
            ("key", .key), ("client", .client), ("field", .field), ("value", .value), ("scope", .scope),
            ("cursor", .cursor),
        ] + IdentityType.allCases.map { ($0.rawValue, .known($0)) }

    private static let byWord = Dictionary(uniqueKeysWithValues: words.map { ($0.word, $0.placeholder) })

    /// Every name, as descriptions write it between braces.
    package static let names = words.map(\.word)

    package init?(_ name: some StringProtocol) {
        guard let placeholder = Self.byWord[String(name)] else { return nil }
        self = placeholder
    }

    package var name: String { Self.words.first { $0.placeholder == self }?.word ?? "" }

    /// Whether a person is named by it.
    package var isIdentity: Bool {
        switch self {
        case .known, .identity, .identityType: true
        case .id, .reference, .key, .client, .field, .value, .scope, .cursor: false
        }
    }
}
