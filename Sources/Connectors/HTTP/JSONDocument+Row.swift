import Rights

extension JSONDocument {
    /// A value as a row of a copy: as its peer wrote it, letter by letter and digit by digit, without the blanks and line ends between. What
    /// is no object becomes one with a single `value`.
    func row(_ index: Int) -> [UInt8] {
        guard kind(index) != .object else { return compact(index) }
        return Array(#"{"value":"#.utf8) + compact(index) + [UInt8(ascii: "}")]
    }

    private func compact(_ index: Int) -> [UInt8] {
        let start = offset(index)
        switch kind(index) {
        // It begins behind its quotation mark.
        case .string: return Array(bytes[(start - 1)..<end(ofTextAt: start)])
        case .object, .array: break
        case .number, .true, .false, .null:
            return Array(bytes[start...].prefix { !Self.delimiters.contains($0) })
        }
        var row: [UInt8] = []
        var depth = 0
        var position = start
        repeat {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                let end = end(ofTextAt: position)
                row += bytes[(position - 1)..<end]
                position = end
                continue
            case 0x20, 0x09, 0x0A, 0x0D: continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            row.append(byte)
        } while depth > 0
        return row
    }

    /// Behind the quotation mark that ends a text.
    ///
    /// - Parameter start: behind the one that begins it.
    private func end(ofTextAt start: Int) -> Int {
        var position = start
        while bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return position + 1
    }

    /// What can follow a number or a word.
    private static let delimiters: Set<UInt8> = [
        0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"),
    ]
}
