extension JSONDocument {
    /// The text of a member; nil for none and for what is no text.
    package func word(_ object: Int, _ name: StaticString) -> String? {
        member(object, name).flatMap { kind($0) == .string ? string($0) : nil }
    }

    /// The whole number of a member; nil for none and for what is none.
    package func number(_ object: Int, _ name: StaticString) -> Int? {
        member(object, name).flatMap { kind($0) == .number ? integer($0).flatMap(Int.init(exactly:)) : nil }
    }
}
