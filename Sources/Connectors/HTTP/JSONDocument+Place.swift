import Rights

extension JSONDocument {
    /// The values at a place such as `job.id`; `$` is the whole. Of a list on the way all items are meant, or the one whose
    /// number is given.
    func values(at place: String, from start: Int = 0) -> [Int] {
        guard start < tape.count else { return [] }
        guard place != "$" else { return [start] }
        return place.split(separator: ".").reduce([start]) { found, name in
            found.flatMap { step(name, from: $0) }
        }
    }

    private func step(_ name: Substring, from index: Int) -> [Int] {
        switch kind(index) {
        case .object:
            let name = Array(name.utf8)
            var key = index + 1
            while key < after(index) {
                if equals(key, name) { return [key + 1] }
                key = after(key + 1)
            }
            return []
        case .array:
            let items = items(of: index)
            if let number = Int(name) { return items.indices.contains(number) ? [items[number]] : [] }
            return items.flatMap { step(name, from: $0) }
        case .string, .number, .true, .false, .null: return []
        }
    }

    func items(of list: Int) -> [Int] {
        var items: [Int] = []
        var index = list + 1
        while index < after(list) {
            items.append(index)
            index = after(index)
        }
        return items
    }

    /// A single value as text; nil for null, lists and objects.
    func text(_ index: Int) -> String? {
        switch kind(index) {
        case .string: string(index)
        case .number:
            integer(index).map { String($0) } ?? double(index).description
        case .true: "true"
        case .false: "false"
        case .null, .object, .array: nil
        }
    }

    func text(at place: String, from start: Int = 0) -> String? {
        values(at: place, from: start).lazy.compactMap { text($0) }.first
    }
}
