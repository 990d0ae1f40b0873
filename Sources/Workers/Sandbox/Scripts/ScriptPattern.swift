/// Whom a script is for: a peer's name, or the beginning of names and `*`.
struct ScriptPattern: Hashable, Sendable {
    static let remedy = "use letters, digits, '.', '_' and '-', and at most a '*' at the end"

    let text: String
    private let beginning: String
    private let isOpen: Bool

    init?(_ text: String) {
        isOpen = text.hasSuffix("*")
        beginning = isOpen ? String(text.dropLast()) : text
        guard isOpen && beginning.isEmpty || PeerName(beginning) != nil else { return nil }
        self.text = text
    }

    /// How well it fits: nil not at all, more is better, and a whole name is best.
    func fit(_ name: PeerName) -> Int? {
        if isOpen { return name.text.hasPrefix(beginning) ? beginning.utf8.count : nil }
        return name.text == beginning ? Int.max : nil
    }
}
