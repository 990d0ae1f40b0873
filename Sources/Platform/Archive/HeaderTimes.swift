/// Puts the time of each entry, in UTC, into the headers of a zip archive as they pass.
///
/// libarchive writes there what clocks show in the time zone of the process, and takes no other wish. A header of an entry
/// and the directory's record of it have the time at fixed places, so that it can be set right whatever stands there.
struct HeaderTimes {
    private enum Place {
        /// Nothing to set right until the next header.
        case content
        /// So many bytes of an entry's header have passed.
        case header(Int)
        /// So many bytes of the directory's record of an entry have passed; behind its fixed part come so many bytes more.
        case record(Int, entry: Int, tail: Int)
    }

    private static let fixedPart = 46
    private var entries: [DOSTime] = []
    private var place = Place.content

    /// What comes next is the header of an entry.
    mutating func beginEntry(_ time: DOSTime) {
        entries.append(time)
        place = .header(0)
    }

    /// What comes next is the directory, with a record of each entry in their order.
    mutating func beginDirectory() {
        place = entries.isEmpty ? .content : .record(0, entry: 0, tail: 0)
    }

    /// Sets right what passes next. The bytes may be cut anywhere.
    mutating func correct(_ bytes: UnsafeMutableRawBufferPointer) {
        for index in bytes.indices {
            switch place {
            case .content: return
            case .header(let passed): correct(&bytes[index], ofHeader: passed)
            case .record(let passed, let entry, let tail):
                correct(&bytes[index], ofRecord: passed, entry: entry, tail: tail)
            }
        }
    }

    private mutating func correct(_ byte: inout UInt8, ofHeader passed: Int) {
        if (10..<14).contains(passed) { byte = self.byte(passed - 10, of: entries.count - 1) }
        place = passed < 13 ? .header(passed + 1) : .content
    }

    private mutating func correct(_ byte: inout UInt8, ofRecord passed: Int, entry: Int, tail: Int) {
        var tail = tail
        switch passed {
        case 12..<16: byte = self.byte(passed - 12, of: entry)
        // The lengths of name, extra fields and comment, 16 bits each, the lower eight first.
        case 28..<34: tail += Int(byte) << (passed.isMultiple(of: 2) ? 0 : 8)
        default: break
        }
        if passed + 1 < Self.fixedPart || passed + 1 < Self.fixedPart + tail {
            place = .record(passed + 1, entry: entry, tail: tail)
        } else {
            place = entry + 1 < entries.count ? .record(0, entry: entry + 1, tail: 0) : .content
        }
    }

    private func byte(_ index: Int, of entry: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: entries[entry].word >> (8 * index))
    }
}
