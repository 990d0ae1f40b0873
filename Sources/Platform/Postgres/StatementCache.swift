/// Which statements a connection has prepared, by text and parameter types, the least recently used leaving first.
struct StatementCache {
    struct Key: Hashable {
        let sql: SQL

        static func == (left: Key, right: Key) -> Bool {
            left.sql.text == right.sql.text
                && left.sql.parameters.elementsEqual(right.sql.parameters) { $0.type == $1.type }
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(sql.text)
        }
    }

    private struct Entry {
        let name: String
        var lastUse: UInt64
    }

    let capacity: Int
    private var entries: [Key: Entry] = [:]
    private var clock: UInt64 = 0
    private var created = 0

    /// Names that the server still knows and the cache does not: to be deallocated at the next safe moment.
    private(set) var discarded: [String] = []

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var count: Int { entries.count }

    /// Marks the beginning of a pipeline: what it uses from now on is not evicted before the next.
    mutating func beginRound() {
        clock += 1
    }

    mutating func name(for sql: SQL) -> String? {
        let key = Key(sql: sql)
        guard let index = entries.index(forKey: key) else { return nil }
        entries.values[index].lastUse = clock
        return entries.values[index].name
    }

    /// Takes up a statement that is about to be prepared and answers the name to prepare it under.
    mutating func insert(_ sql: SQL) -> String {
        while entries.count >= capacity, evictOldest() {}
        created += 1
        let name = "s\(created)"
        // Only the types matter from here on: the values would keep a batch's memory alive.
        entries[Key(sql: sql.withoutValues)] = Entry(name: name, lastUse: clock)
        return name
    }

    /// The server did not take the statement after all.
    mutating func remove(_ sql: SQL) {
        entries[Key(sql: sql)] = nil
    }

    /// Forgets every statement: their plans are stale.
    mutating func removeAll() {
        discarded.append(contentsOf: entries.values.map(\.name))
        entries = [:]
    }

    mutating func takeDiscarded() -> [String] {
        defer { discarded = [] }
        return discarded
    }

    /// Answers whether there was one that the running pipeline does not use.
    private mutating func evictOldest() -> Bool {
        guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }), oldest.value.lastUse < clock
        else { return false }
        discarded.append(oldest.value.name)
        entries[oldest.key] = nil
        return true
    }
}
