extension JSONDocument {
    /// How deep lists and objects of a text may lie in each other that others have made and that is handed on unread.
    package static let maximumDepth = 64

    /// Whether the whole of it is null, or a list, an object or a string with nothing in it.
    package var saysNothing: Bool {
        switch kind(0) {
        case .null: true
        case .object, .array, .string: isEmpty(0)
        case .number, .true, .false: false
        }
    }

    /// The text of a member; nil for none and for what is no text.
    package func word(_ object: Int, _ name: StaticString) -> String? {
        member(object, name).flatMap { kind($0) == .string ? string($0) : nil }
    }

    /// Where the items of a list stand; none for what is no list.
    package func items(_ list: Int) -> [Int] {
        guard kind(list) == .array else { return [] }
        var found: [Int] = []
        var index = list + 1
        for _ in 0..<count(list) {
            found.append(index)
            index = after(index)
        }
        return found
    }

    /// The whole number of a member; nil for none and for what is none.
    package func number(_ object: Int, _ name: StaticString) -> Int? {
        member(object, name).flatMap { kind($0) == .number ? integer($0).flatMap(Int.init(exactly:)) : nil }
    }
}
