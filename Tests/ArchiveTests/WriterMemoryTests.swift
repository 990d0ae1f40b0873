import Archive
import Foundation
import Testing

/// In processes of their own, whose memory nobody else uses.
struct WriterMemoryTests {
    private struct Full: Error {}

    /// The most memory this process has had, in bytes.
    private static func peak() -> Int {
        var usage = rusage()
        getrusage(.init(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss << 10
    }

    /// Too much for one block, even when compressed.
    private static let noise = (0..<100_000).map { _ in UInt8.random(in: 0...255) }

    private static func abandon() throws {
        let text = [UInt8](repeating: 0x61, count: 200_000)
        let writer = try ZipWriter { _ in }
        try writer.add("a", text)
        try writer.begin("b", time: 1_795_384_643)
        try text.withUnsafeBytes { try writer.write($0) }
        let failing = try ZipWriter { _ in throw Full() }
        try failing.begin("a", time: 1_795_384_643)
        #expect(throws: Full.self) { try noise.withUnsafeBytes { try failing.write($0) } }
        _ = try ZipWriter { _ in }
    }

    @Test("Writers that are dropped half-way or whose sink failed leave no memory behind")
    func abandoned() async {
        await #expect(processExitsWith: .success) {
            for _ in 0..<10 { try WriterMemoryTests.abandon() }
            let before = WriterMemoryTests.peak()
            for _ in 0..<200 { try WriterMemoryTests.abandon() }
            #expect(WriterMemoryTests.peak() - before < 8 << 20)
        }
    }

    private static func writeLong(isStored: Bool) throws {
        let piece = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
        var bytes = 0
        let writer = try ZipWriter { bytes += $0.count }
        try writer.add("short", piece, isStored: isStored)
        let before = peak()
        try writer.begin("long", time: 1_795_384_643, isStored: isStored)
        for _ in 0..<128 { try piece.withUnsafeBytes { try writer.write($0) } }
        try writer.end()
        try writer.finish()
        #expect(peak() - before < 4 << 20)
        #expect(bytes > (isStored ? 128 << 20 : 1 << 17))
    }

    @Test("Long entries need no more memory than short ones")
    func flat() async {
        await #expect(processExitsWith: .success) { try WriterMemoryTests.writeLong(isStored: false) }
        await #expect(processExitsWith: .success) { try WriterMemoryTests.writeLong(isStored: true) }
    }
}
