/// Eight bytes at once: finds the first that needs a look, for text of which most bytes need none.
enum ByteWord {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// The first place from `start` on with a quotation mark, a backslash or a control character; `end` if there is none.
    @inline(__always)
    static func stringEnd(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var place = start
        while end - place >= 8 {
            let word = load(place)
            let found = below(word, 0x20) | equal(word, UInt8(ascii: "\"")) | equal(word, UInt8(ascii: "\\"))
            if found != 0 { return place + found.trailingZeroBitCount / 8 }
            place += 8
        }
        while place < end, place[0] >= 0x20, place[0] != UInt8(ascii: "\""), place[0] != UInt8(ascii: "\\") {
            place += 1
        }
        return place
    }

    /// The first place from `start` on that a cell of CSV cannot take as it is, or beyond ASCII; `end` if there is none.
    @inline(__always)
    static func plainEnd(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var place = start
        while end - place >= 8 {
            let word = load(place)
            let found =
                (word & tops) | below(word, 0x20) | equal(word, 0x7F) | equal(word, UInt8(ascii: "\""))
                | equal(word, UInt8(ascii: "\\")) | equal(word, UInt8(ascii: ";"))
            if found != 0 { return place + found.trailingZeroBitCount / 8 }
            place += 8
        }
        while place < end, isPlain(place[0]) { place += 1 }
        return place
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            && byte != UInt8(ascii: ";")
    }

    /// The first byte of memory in the lowest bits.
    @inline(__always)
    private static func load(_ place: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
    }

    // What these mark above the lowest byte found can be wrong by a borrow; the lowest is right.

    @inline(__always)
    private static func below(_ word: UInt64, _ limit: UInt8) -> UInt64 {
        (word &- ones &* UInt64(limit)) & ~word & tops
    }

    @inline(__always)
    private static func equal(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let other = word ^ (ones &* UInt64(byte))
        return (other &- ones) & ~other & tops
    }
}
