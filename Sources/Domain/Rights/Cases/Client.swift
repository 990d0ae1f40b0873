/// What the registry knows of a client, as far as decisions need it.
package struct Client: Sendable, Hashable {
    package let id: String
    /// Further names by which people call this client, for `client_named`.
    package let names: [String]
    package let place: Place
    package let isSuspended: Bool
    /// A business associate agreement is signed (45 CFR 164.504(e)).
    package let hasBAA: Bool

    package init(id: String, names: [String], place: Place, isSuspended: Bool, hasBAA: Bool) {
        self.id = id
        self.names = names
        self.place = place
        self.isSuspended = isSuspended
        self.hasBAA = hasBAA
    }

    /// Whether `words` are one of this client's names: equal without case and without space around.
    package func answers(to words: String) -> Bool {
        let wanted = Client.folded(words)
        return Client.folded(id) == wanted || names.contains { Client.folded($0) == wanted }
    }

    private static func folded(_ text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
