/// A cell of CSV that no spreadsheet takes for a formula, written into memory that has room for it.
///
/// Text stands in quotation marks, always; numbers, booleans and what is empty do not. Whatever a spreadsheet could begin a
/// formula with gets an apostrophe before it: `=`, `+`, `-`, `@`, tab and CR, their full-width and small forms, at the
/// beginning of a cell, also behind what programs strip there (spaces, quotation marks, what cannot be seen). The same holds
/// behind a semicolon, tab or line end within the cell: with a list separator other than the comma, as in most of Europe,
/// spreadsheets split there and heed no quotation marks. A JSON number in a string stays one. Control characters and
/// directional overrides become U+FFFD. All of it is for looking at: the JSON is the lossless copy.
struct CellText {
    /// Bytes of content after which a cell is cut. Spreadsheets take 32,767 characters, and put what is more where they like.
    static let limit = 32_000
    /// The most that a cell takes: content of quotation marks only, what stands around it, and one scalar over the limit.
    static let room = 2 * limit + 64

    /// What was done to a cell, in bits. None is `Changes()`: an empty literal costs more than the cell.
    struct Changes: OptionSet {
        let rawValue: UInt8

        static let madeHarmless = Changes(rawValue: 1)
        static let replaced = Changes(rawValue: 2)
        static let shortened = Changes(rawValue: 4)
    }

    private(set) var place: UnsafeMutablePointer<UInt8>
    private(set) var changes = Changes()
    private var left = CellText.limit
    /// Nothing yet but what a spreadsheet may strip.
    private var isFresh = true

    /// Writes a cell and returns where the next can be written.
    @inline(__always)
    static func write(
        _ cell: LineReader.Cell,
        to place: UnsafeMutablePointer<UInt8>,
        _ changes: inout Changes
    ) -> UnsafeMutablePointer<UInt8> {
        switch cell.kind {
        case .absent, .null: return place
        case .bool, .number:
            guard cell.count <= 300 else { break }
            place.update(from: cell.start, count: cell.count)
            return place + cell.count
        case .string, .nested: break
        }
        var text = CellText(place)
        text.put(UInt8(ascii: "\""))
        if cell.kind == .nested { text.compact(cell) } else { text.content(cell) }
        text.put(UInt8(ascii: "\""))
        changes = text.changes
        return text.place
    }

    private init(_ place: UnsafeMutablePointer<UInt8>) { self.place = place }

    private mutating func content(_ cell: LineReader.Cell) {
        var cursor = ScalarCursor(cell)
        if cell.count > 0, cell.start[0] == UInt8(ascii: "-"), Self.isNumber(cell) { isFresh = false }
        while !cursor.isAtEnd {
            guard left > 0 else { return cut() }
            // Text beyond ASCII comes in runs: behind one such scalar no plain one is looked for first.
            let isPlain = !isFresh && cursor.position[0] < 0x80
            let plain = isPlain ? min(ByteWord.plainEnd(cursor.position, cursor.end) - cursor.position, left) : 0
            if plain > 0 {
                place.update(from: cursor.position, count: plain)
                place += plain
                left -= plain
                cursor.skip(plain)
            } else if let scalar = cursor.next() {
                put(scalar: scalar)
            }
        }
    }

    /// JSON without the space between its tokens.
    private mutating func compact(_ cell: LineReader.Cell) {
        var cursor = ScalarCursor(cell)
        var isInString = false
        var isAfterBackslash = false
        while !cursor.isAtEnd {
            guard left > 0 else { return cut() }
            guard let scalar = cursor.next() else { return }
            if isInString {
                if isAfterBackslash {
                    isAfterBackslash = false
                } else if scalar == 0x5C {
                    isAfterBackslash = true
                } else if scalar == 0x22 {
                    isInString = false
                }
            } else {
                if scalar == 0x20 || scalar == 0x09 || scalar == 0x0D { continue }
                isInString = scalar == 0x22
            }
            put(scalar: scalar)
        }
    }

    /// - Precondition: `left` is above 0.
    private mutating func put(scalar: UInt32) {
        switch scalar {
        case 0x22:
            put(0x22)
            put(0x22)
            left -= 1
        case 0x3B, 0x0A:
            put(UInt8(scalar))
            left -= 1
            isFresh = true
        case 0x09, 0x0D:
            if isFresh { defuse() }
            put(UInt8(scalar))
            left -= 1
            isFresh = true
        case 0x3D, 0x2B, 0x2D, 0x40:
            if isFresh { defuse() }
            put(UInt8(scalar))
            left -= 1
            isFresh = false
        case 0x20, 0x27:
            put(UInt8(scalar))
            left -= 1
        case 0x00..<0x20, 0x7F: replace()
        case 0x21..<0x7F:
            put(UInt8(scalar))
            left -= 1
            isFresh = false
        default: put(wide: scalar)
        }
    }

    private mutating func put(wide scalar: UInt32) {
        switch scalar {
        case 0x80...0x9F, 0x202A...0x202E, 0x2066...0x2069: return replace()
        // Full-width, small and mathematical forms of the four.
        case 0xFF1D, 0xFF0B, 0xFF0D, 0xFF20, 0xFE66, 0xFE62, 0xFE63, 0xFE6B, 0x2212:
            if isFresh { defuse() }
            isFresh = false
        // Spaces, quotation marks and what has no width.
        case 0xA0, 0xAD, 0x061C, 0x1680, 0x180E, 0x2000...0x200F, 0x2018...0x201F, 0x2028, 0x2029, 0x202F,
            0x205F...0x2065, 0x206A...0x206F, 0x3000, 0xFE00...0xFE0F, 0xFEFF, 0xFF02, 0xFF07, 0xFFFD:
            break
        default: isFresh = false
        }
        put(encoded: scalar)
    }

    private mutating func replace() {
        changes.insert(.replaced)
        put(encoded: ScalarCursor.replacement)
    }

    /// The apostrophe in front of what could begin a formula.
    private mutating func defuse() {
        changes.insert(.madeHarmless)
        put(UInt8(ascii: "'"))
        left -= 1
    }

    /// Two to four bytes.
    private mutating func put(encoded scalar: UInt32) {
        let before = place
        if scalar >= 0x10000 {
            put(UInt8(0xF0 | scalar >> 18))
            put(UInt8(0x80 | scalar >> 12 & 0x3F))
        } else if scalar >= 0x800 {
            put(UInt8(0xE0 | scalar >> 12))
        }
        if scalar >= 0x800 {
            put(UInt8(0x80 | scalar >> 6 & 0x3F))
        } else {
            put(UInt8(0xC0 | scalar >> 6))
        }
        put(UInt8(0x80 | scalar & 0x3F))
        left -= place - before
    }

    /// An ellipsis for what is left out.
    private mutating func cut() {
        changes.insert(.shortened)
        put(encoded: 0x2026)
    }

    private mutating func put(_ byte: UInt8) {
        place.initialize(to: byte)
        place += 1
    }

    /// Whether a text is a JSON number: digits, one minus, a point, an exponent.
    private static func isNumber(_ cell: LineReader.Cell) -> Bool {
        var place = cell.start
        let end = place + cell.count
        func digits() -> Bool {
            let start = place
            while place < end, UInt8(ascii: "0")...UInt8(ascii: "9") ~= place[0] { place += 1 }
            return place > start
        }
        if place < end, place[0] == UInt8(ascii: "-") { place += 1 }
        guard digits() else { return false }
        if place < end, place[0] == UInt8(ascii: ".") {
            place += 1
            guard digits() else { return false }
        }
        if place < end, place[0] | 0x20 == UInt8(ascii: "e") {
            place += 1
            if place < end, place[0] == UInt8(ascii: "+") || place[0] == UInt8(ascii: "-") { place += 1 }
            guard digits() else { return false }
        }
        return place == end
    }
}
