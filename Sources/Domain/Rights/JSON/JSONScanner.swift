/// Reads RFC 8259 to the letter and stricter where JSON is loose: duplicate keys, NUL, lone surrogates and numbers that
/// no double can hold are refused, and so is nesting beyond a limit. One pass over the bytes, one list as result.
package struct JSONScanner {
    private let bytes: [UInt8]
    private let maximumDepth: Int
    private var position = 0
    private var tape: [JSONDocument.Entry] = []

    /// The values of `bytes`, or where and why they are not acceptable. With a fault comes what had been read before it.
    package static func scan(_ bytes: [UInt8], maximumDepth: Int) -> (document: JSONDocument, fault: JSONFault?) {
        var scanner = JSONScanner(bytes: bytes, maximumDepth: maximumDepth)
        var fault: JSONFault?
        do throws(JSONFault) {
            scanner.skipSpace()
            try scanner.value(depth: 0)
            scanner.skipSpace()
            if scanner.position < bytes.count { throw JSONFault(.syntax, at: scanner.position) }
        } catch {
            fault = error
        }
        return (JSONDocument(bytes: bytes, tape: scanner.tape), fault)
    }

    private init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
        tape.reserveCapacity(bytes.count / 10 + 16)
    }

    private mutating func value(depth: Int) throws(JSONFault) {
        guard position < bytes.count else { throw JSONFault(.syntax, at: position) }
        switch bytes[position] {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "{"): try object(depth: depth + 1)
        case UInt8(ascii: "["): try array(depth: depth + 1)
        case UInt8(ascii: "t"): try literal("true", .true)
        case UInt8(ascii: "f"): try literal("false", .false)
        case UInt8(ascii: "n"): try literal("null", .null)
        default: try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONFault) {
        let index = try open(.object, depth: depth)
        var count: UInt32 = 0
        skipSpace()
        if current == UInt8(ascii: "}") { return close(index, count) }
        while true {
            guard current == UInt8(ascii: "\"") else { throw JSONFault(.syntax, at: position) }
            try string()
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw JSONFault(.syntax, at: position) }
            position += 1
            skipSpace()
            try value(depth: depth)
            count += 1
            skipSpace()
            if current == UInt8(ascii: ",") {
                position += 1
                skipSpace()
                continue
            }
            guard current == UInt8(ascii: "}") else { throw JSONFault(.syntax, at: position) }
            close(index, count)
            return try refuseDuplicates(index, Int(count))
        }
    }

    private mutating func array(depth: Int) throws(JSONFault) {
        let index = try open(.array, depth: depth)
        var count: UInt32 = 0
        skipSpace()
        if current == UInt8(ascii: "]") { return close(index, count) }
        while true {
            try value(depth: depth)
            count += 1
            skipSpace()
            if current == UInt8(ascii: ",") {
                position += 1
                skipSpace()
                continue
            }
            guard current == UInt8(ascii: "]") else { throw JSONFault(.syntax, at: position) }
            return close(index, count)
        }
    }

    private mutating func open(_ kind: JSONDocument.Entry.Kind, depth: Int) throws(JSONFault) -> Int {
        guard depth <= maximumDepth else { throw JSONFault(.depth, at: position) }
        tape.append(.init(kind: kind, isEscaped: false, start: UInt32(position), length: 0, next: 0))
        position += 1
        return tape.count - 1
    }

    private mutating func close(_ index: Int, _ count: UInt32) {
        position += 1
        tape[index].length = count
        tape[index].next = UInt32(tape.count)
    }

    /// Few keys are compared with each other; many go through a set, so that a hostile object costs no more than its bytes.
    private func refuseDuplicates(_ object: Int, _ count: Int) throws(JSONFault) {
        guard count > 1 else { return }
        let end = Int(tape[object].next)
        guard count <= 32 else {
            let document = JSONDocument(bytes: bytes, tape: tape)
            var seen: Set<[UInt8]> = []
            seen.reserveCapacity(count)
            var key = object + 1
            while key < end {
                let start = Int(tape[key].start)
                guard seen.insert(document.unescaped(start, start + Int(tape[key].length))).inserted else {
                    throw JSONFault(.duplicateKey, at: start - 1)
                }
                key = Int(tape[key + 1].next)
            }
            return
        }
        var key = object + 1
        while key < end {
            var earlier = object + 1
            while earlier < key {
                if sameKey(earlier, key) { throw JSONFault(.duplicateKey, at: Int(tape[key].start) - 1) }
                earlier = Int(tape[earlier + 1].next)
            }
            key = Int(tape[key + 1].next)
        }
    }

    private func sameKey(_ first: Int, _ second: Int) -> Bool {
        let (one, other) = (tape[first], tape[second])
        if one.isEscaped || other.isEscaped {
            let document = JSONDocument(bytes: bytes, tape: tape)
            return document.unescaped(Int(one.start), Int(one.start + one.length))
                == document.unescaped(Int(other.start), Int(other.start + other.length))
        }
        guard one.length == other.length else { return false }
        for offset in 0..<Int(one.length) where bytes[Int(one.start) + offset] != bytes[Int(other.start) + offset] {
            return false
        }
        return true
    }

    private mutating func string() throws(JSONFault) {
        position += 1
        let start = position
        var isEscaped = false
        let end = bytes.count
        while position < end {
            let byte = bytes[position]
            if byte >= 0x80 {
                try multibyte(byte)
            } else if byte == UInt8(ascii: "\"") {
                let next = UInt32(tape.count + 1)
                tape.append(
                    .init(
                        kind: .string,
                        isEscaped: isEscaped,
                        start: UInt32(start),
                        length: UInt32(position - start),
                        next: next
                    )
                )
                position += 1
                return
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
                try escape()
            } else if byte < 0x20 {
                throw JSONFault(.text, at: position)
            } else {
                position += 1
            }
        }
        throw JSONFault(.syntax, at: position)
    }

    /// One scalar of two to four bytes, by the table of well-formed UTF-8 in the Unicode standard.
    private mutating func multibyte(_ lead: UInt8) throws(JSONFault) {
        let second: ClosedRange<UInt8>
        let length: Int
        switch lead {
        case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
        case 0xE0: (second, length) = (0xA0...0xBF, 3)
        case 0xE1...0xEC, 0xEE...0xEF: (second, length) = (0x80...0xBF, 3)
        case 0xED: (second, length) = (0x80...0x9F, 3)
        case 0xF0: (second, length) = (0x90...0xBF, 4)
        case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
        case 0xF4: (second, length) = (0x80...0x8F, 4)
        default: throw JSONFault(.text, at: position)
        }
        guard position + length <= bytes.count, second ~= bytes[position + 1] else {
            throw JSONFault(.text, at: position)
        }
        for offset in 2..<max(length, 2) where !(0x80...0xBF ~= bytes[position + offset]) {
            throw JSONFault(.text, at: position)
        }
        position += length
    }

    private mutating func escape() throws(JSONFault) {
        guard position + 1 < bytes.count else { throw JSONFault(.syntax, at: position) }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            let unit = try unit(at: position + 2)
            switch unit {
            case 0, 0xDC00...0xDFFF:
                throw JSONFault(.text, at: position)
            case 0xD800...0xDBFF:
                guard position + 7 < bytes.count, bytes[position + 6] == UInt8(ascii: "\\"),
                    bytes[position + 7] == UInt8(ascii: "u"), 0xDC00...0xDFFF ~= (try self.unit(at: position + 8))
                else { throw JSONFault(.text, at: position) }
                position += 12
            default:
                position += 6
            }
        default:
            throw JSONFault(.syntax, at: position)
        }
    }

    private func unit(at start: Int) throws(JSONFault) -> UInt16 {
        var value: UInt16 = 0
        for index in start..<start + 4 {
            guard index < bytes.count, let digit = Self.hexValue(bytes[index]) else {
                throw JSONFault(.syntax, at: index)
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private mutating func number() throws(JSONFault) {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") { position += 1 } else { try digits() }
        var isPlain = true
        if current == UInt8(ascii: ".") {
            isPlain = false
            position += 1
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isPlain = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        if !isPlain || position - start > 300 {
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            guard let value = Double(text), value.isFinite else { throw JSONFault(.number, at: start) }
        }
        let next = UInt32(tape.count + 1)
        tape.append(
            .init(kind: .number, isEscaped: false, start: UInt32(start), length: UInt32(position - start), next: next)
        )
    }

    private mutating func digits() throws(JSONFault) {
        let start = position
        while let byte = current, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
        if position == start { throw JSONFault(.syntax, at: position) }
    }

    private mutating func literal(_ word: StaticString, _ kind: JSONDocument.Entry.Kind) throws(JSONFault) {
        let start = position
        for offset in 0..<word.utf8CodeUnitCount {
            guard current == word.utf8Start[offset] else { throw JSONFault(.syntax, at: position) }
            position += 1
        }
        let next = UInt32(tape.count + 1)
        tape.append(
            .init(kind: kind, isEscaped: false, start: UInt32(start), length: UInt32(position - start), next: next)
        )
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }
}
