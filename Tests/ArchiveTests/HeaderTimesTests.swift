import Testing

@testable import Archive

/// Whatever time the library wrote, ours passes, and nothing else is touched.
struct HeaderTimesTests {
    private let times = [1_795_384_643, 951_782_400].compactMap { DOSTime(unixSeconds: $0) }

    /// A header, or a record of the directory, in which every byte but the lengths is the same.
    private func bytes(_ count: Int, filler: UInt8 = 0xEE) -> [UInt8] {
        [UInt8](repeating: filler, count: count)
    }

    private func word(_ index: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: times[index].word >> (8 * $0)) }
    }

    /// Passes the bytes in pieces of so many.
    private func pass(_ bytes: [UInt8], by size: Int, through corrector: inout HeaderTimes) -> [UInt8] {
        var bytes = bytes
        bytes.withUnsafeMutableBytes { all in
            for start in stride(from: 0, to: all.count, by: size) {
                let end = min(start + size, all.count)
                corrector.correct(UnsafeMutableRawBufferPointer(rebasing: all[start..<end]))
            }
        }
        return bytes
    }

    @Test("Times are set right however the bytes are cut", arguments: [1, 2, 3, 7, 13, 46, 1000])
    func cuts(size: Int) {
        var corrector = HeaderTimes()
        let entry = bytes(10) + bytes(4, filler: 0) + bytes(90)
        for index in 0..<2 {
            corrector.beginEntry(times[index])
            #expect(pass(entry, by: size, through: &corrector) == bytes(10) + word(index) + bytes(90))
        }
        func record(_ time: [UInt8], name: UInt8, extra: Int, comment: UInt8) -> [UInt8] {
            let lengths = [name, 0, UInt8(extra & 0xFF), UInt8(extra >> 8), comment, 0]
            return bytes(12) + time + bytes(12) + lengths + bytes(12 + Int(name) + extra + Int(comment))
        }
        func directory(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] {
            record(first, name: 9, extra: 24, comment: 0) + record(second, name: 255, extra: 300, comment: 3)
                + bytes(98)
        }
        corrector.beginDirectory()
        let unset = bytes(4, filler: 0)
        #expect(
            pass(directory(unset, unset), by: size, through: &corrector) == directory(word(0), word(1))
        )
    }

    @Test("Without entries nothing is touched")
    func none() {
        var corrector = HeaderTimes()
        corrector.beginDirectory()
        #expect(pass(bytes(22), by: 5, through: &corrector) == bytes(22))
    }
}
