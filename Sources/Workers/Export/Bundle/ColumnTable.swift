/// Finds a column by the bytes of its name without making a string of them.
final class ColumnTable {
    let names: [String]
    /// All names one after the other.
    let bytes: UnsafeMutablePointer<UInt8>
    /// Where each name begins in `bytes`, and where the last ends.
    private let starts: UnsafeMutablePointer<Int>
    let count: Int
    /// Open addressing: indexes of columns, -1 for an empty place. At least half of it is empty.
    private let places: UnsafeMutablePointer<Int32>
    private let mask: Int

    /// - Parameter names: of two that are equal the first is found.
    init(_ names: [String]) {
        self.names = names
        count = names.count
        starts = .allocate(capacity: names.count + 1)
        starts.initialize(to: 0)
        for (index, name) in names.enumerated() { (starts + index + 1).initialize(to: starts[index] + name.utf8.count) }
        bytes = .allocate(capacity: max(1, starts[names.count]))
        for (index, name) in names.enumerated() {
            for (offset, byte) in name.utf8.enumerated() { (bytes + starts[index] + offset).initialize(to: byte) }
        }
        var size = 4
        while size < names.count * 2 { size *= 2 }
        mask = size - 1
        places = .allocate(capacity: size)
        places.initialize(repeating: -1, count: size)
        for index in names.indices {
            let name = UnsafePointer(bytes + starts[index])
            let count = starts[index + 1] - starts[index]
            guard find(name, count) == nil else { continue }
            var place = Self.hash(name, count) & mask
            while places[place] >= 0 { place = (place + 1) & mask }
            places[place] = Int32(index)
        }
    }

    deinit {
        starts.deallocate()
        bytes.deallocate()
        places.deallocate()
    }

    /// - Parameter expected: looked at first, since the members of most rows come in the order of the columns.
    func index(of name: UnsafePointer<UInt8>, _ count: Int, expected: Int) -> Int? {
        if expected < self.count, isName(expected, name, count) { return expected }
        return find(name, count)
    }

    private func find(_ name: UnsafePointer<UInt8>, _ count: Int) -> Int? {
        var place = Self.hash(name, count) & mask
        while places[place] >= 0 {
            let index = Int(places[place])
            if isName(index, name, count) { return index }
            place = (place + 1) & mask
        }
        return nil
    }

    private func isName(_ index: Int, _ name: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let start = starts[index]
        guard starts[index + 1] - start == count else { return false }
        for offset in 0..<count where bytes[start + offset] != name[offset] { return false }
        return true
    }

    /// FNV-1a.
    private static func hash(_ name: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for offset in 0..<count { hash = (hash ^ UInt64(name[offset])) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
