import Rights

/// Which items of a list are about whom was asked for: a search finds others, too.
struct HTTPMatch: Sendable {
    /// What in an item says who it is; nil where all of them are meant.
    private let place: String?
    /// What the call was asked about, in lower case.
    private let wanted: Set<String>

    init(_ call: HTTPDescription.Call, _ values: [HTTPPlaceholder: String]) {
        place = call.match == "any" ? nil : call.match
        wanted = Set(
            call.placeholders.compactMap { placeholder in
                switch placeholder {
                case .known, .identity, .id: values[placeholder]?.lowercased()
                case .identityType, .reference, .key, .client, .field, .value, .scope, .cursor: nil
                }
            }
        )
    }

    func takes(_ item: Int, of document: JSONDocument) -> Bool {
        guard let place, !wanted.isEmpty else { return true }
        return document.values(at: place, from: item).contains { value in
            let values = document.kind(value) == .array ? document.items(of: value) : [value]
            return values.contains { document.text($0).map { wanted.contains($0.lowercased()) } ?? false }
        }
    }
}
