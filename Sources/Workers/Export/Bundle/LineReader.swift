/// Reads lines of JSON objects where they lie: of each column where its value stands. Nothing is copied, and nothing is
/// allocated for a line.
///
/// Looser than `JSONScanner` where that harms nobody, since others wrote the lines and they are kept byte for byte: of equal
/// members the last counts, numbers may be of any size, nested values are passed over by their brackets, and text is not
/// looked into. What it takes for a number consists of digits, signs, point and exponent only.
final class LineReader {
    struct Cell {
        enum Kind: UInt8 {
            /// The row has no such member.
            case absent
            case null, bool, number, string
            /// An object or a list.
            case nested
        }

        var kind = Kind.absent
        /// For strings: whether there are escapes to resolve.
        var isEscaped = false
        /// Of strings without the quotation marks.
        var start: UnsafePointer<UInt8>
        var count = 0
    }

    struct Fault: Error {}

    let columns: ColumnTable
    /// One a column, of the line that was read last; they point into its bytes.
    private let cells: UnsafeMutablePointer<Cell>
    /// Whether the line has members that are no columns.
    private(set) var hasOthers = false

    init(_ columns: [String]) {
        self.columns = ColumnTable(columns)
        cells = .allocate(capacity: max(1, columns.count))
        cells.initialize(repeating: Cell(start: UnsafePointer(self.columns.bytes)), count: columns.count)
    }

    deinit { cells.deallocate() }

    subscript(column: Int) -> Cell { cells[column] }

    /// Reads the line at `start` and returns where the next begins.
    ///
    /// - Parameter end: of the block; the byte before it is LF, which ends every loop in here.
    func read(
        _ start: UnsafePointer<UInt8>,
        _ end: UnsafePointer<UInt8>
    ) throws(Fault) -> UnsafePointer<UInt8> {
        for column in 0..<columns.count { cells[column].kind = .absent }
        hasOthers = false
        var place = Self.space(start)
        guard place[0] == UInt8(ascii: "{") else { throw Fault() }
        place = Self.space(place + 1)
        if place[0] == UInt8(ascii: "}") { return try Self.lineEnd(place + 1) }
        var expected = 0
        while true {
            guard place[0] == UInt8(ascii: "\"") else { throw Fault() }
            let key = try Self.string(place + 1, end)
            place = Self.space(key.start + key.count + 1)
            guard place[0] == UInt8(ascii: ":") else { throw Fault() }
            let value = try Self.value(Self.space(place + 1), end)
            place = value.start + value.count + (value.kind == .string ? 1 : 0)
            if let column = column(key, expected: expected) {
                cells[column] = value
                expected = column + 1
            } else {
                hasOthers = true
            }
            place = Self.space(place)
            if place[0] == UInt8(ascii: ",") {
                place = Self.space(place + 1)
                continue
            }
            guard place[0] == UInt8(ascii: "}") else { throw Fault() }
            return try Self.lineEnd(place + 1)
        }
    }

    private func column(_ key: Cell, expected: Int) -> Int? {
        guard key.isEscaped else { return columns.index(of: key.start, key.count, expected: expected) }
        var name: [UInt8] = []
        var cursor = ScalarCursor(key)
        while let scalar = cursor.next() {
            if let scalar = Unicode.Scalar(scalar) { name.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
        }
        return name.withUnsafeBufferPointer { name in
            name.baseAddress.flatMap { columns.index(of: $0, name.count, expected: expected) }
        }
    }

    // MARK: Values

    private static func value(
        _ start: UnsafePointer<UInt8>,
        _ end: UnsafePointer<UInt8>
    ) throws(Fault) -> Cell {
        switch start[0] {
        case UInt8(ascii: "\""): try string(start + 1, end)
        case UInt8(ascii: "{"), UInt8(ascii: "["): try nested(start, end)
        case UInt8(ascii: "t"): try literal(start, "true", .bool)
        case UInt8(ascii: "f"): try literal(start, "false", .bool)
        case UInt8(ascii: "n"): try literal(start, "null", .null)
        default: try number(start)
        }
    }

    /// From behind the quotation mark.
    private static func string(
        _ start: UnsafePointer<UInt8>,
        _ end: UnsafePointer<UInt8>
    ) throws(Fault) -> Cell {
        var place = start
        var isEscaped = false
        while true {
            place = ByteWord.stringEnd(place, end)
            switch place[0] {
            case UInt8(ascii: "\""):
                return Cell(kind: .string, isEscaped: isEscaped, start: start, count: place - start)
            case UInt8(ascii: "\\"):
                guard place[1] != UInt8(ascii: "\n") else { throw Fault() }
                isEscaped = true
                place += 2
            case UInt8(ascii: "\n"): throw Fault()
            default: place += 1
            }
        }
    }

    private static func nested(
        _ start: UnsafePointer<UInt8>,
        _ end: UnsafePointer<UInt8>
    ) throws(Fault) -> Cell {
        var place = start
        var depth = 0
        while true {
            switch place[0] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return Cell(kind: .nested, start: start, count: place + 1 - start) }
            case UInt8(ascii: "\""):
                let text = try string(place + 1, end)
                place = text.start + text.count
            case UInt8(ascii: "\n"): throw Fault()
            default: break
            }
            place += 1
        }
    }

    private static func number(_ start: UnsafePointer<UInt8>) throws(Fault) -> Cell {
        var place = start
        if place[0] == UInt8(ascii: "-") { place += 1 }
        place = place[0] == UInt8(ascii: "0") ? place + 1 : try digits(place)
        if place[0] == UInt8(ascii: ".") { place = try digits(place + 1) }
        if place[0] | 0x20 == UInt8(ascii: "e") {
            place += 1
            if place[0] == UInt8(ascii: "+") || place[0] == UInt8(ascii: "-") { place += 1 }
            place = try digits(place)
        }
        return Cell(kind: .number, start: start, count: place - start)
    }

    private static func digits(_ start: UnsafePointer<UInt8>) throws(Fault) -> UnsafePointer<UInt8> {
        var place = start
        while UInt8(ascii: "0")...UInt8(ascii: "9") ~= place[0] { place += 1 }
        guard place > start else { throw Fault() }
        return place
    }

    private static func literal(
        _ start: UnsafePointer<UInt8>,
        _ word: StaticString,
        _ kind: Cell.Kind
    ) throws(Fault) -> Cell {
        let count = word.utf8CodeUnitCount
        for offset in 0..<count where start[offset] != word.utf8Start[offset] { throw Fault() }
        return Cell(kind: kind, start: start, count: count)
    }

    private static func lineEnd(_ start: UnsafePointer<UInt8>) throws(Fault) -> UnsafePointer<UInt8> {
        let place = space(start)
        guard place[0] == UInt8(ascii: "\n") else { throw Fault() }
        return place + 1
    }

    @inline(__always)
    private static func space(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var place = start
        while place[0] == 0x20 || place[0] == 0x09 || place[0] == 0x0D { place += 1 }
        return place
    }
}
