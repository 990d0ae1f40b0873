import Archive
import Foundation
import Testing

struct ZipWriterTests {
    private static let text = String(repeating: "{\"name\": \"Grüße\", \"amount\": 12.50}\n", count: 5000)

    /// Bytes that no compressor makes shorter.
    private static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 88_172_645_463_325_252
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
    }

    @Test("Entries read back as they were written, with nothing about them left to the surroundings")
    func roundTrip() throws {
        let noise = Self.noise(300_000)
        let archive = try ZipWriter.bytes {
            try $0.add("data/orders.json", Self.text)
            try $0.add("media/photo-1.jpg", noise, isStored: true)
            try $0.add("media/photo-2.jpg", noise)
            try $0.add("README.txt", "hello\n")
        }
        let reading = try ArchiveReading.read(archive)
        #expect(reading.bad == nil)
        #expect(reading.comment == "")
        #expect(
            reading.entries.map(\.name) == ["data/orders.json", "media/photo-1.jpg", "media/photo-2.jpg", "README.txt"]
        )
        #expect(
            reading.entries.map(\.content) == [Data(Self.text.utf8), Data(noise), Data(noise), Data("hello\n".utf8)]
        )
        #expect(reading.entries.map(\.method) == [8, 0, 8, 8])
        #expect(reading.entries[0].compressedSize < reading.entries[0].size / 20)
        #expect(reading.entries[1].compressedSize == reading.entries[1].size)
        for entry in reading.entries {
            #expect(entry.time == [2026, 11, 22, 21, 57, 22])
            #expect(entry.extraTime == [2026, 11, 22, 21, 57, 23])
            #expect(entry.owners == [0, 0])
            #expect(entry.mode == 0o100644)
            #expect(entry.attributes == 0)
            #expect(entry.version == 45)
            #expect(entry.system == 3)
            #expect(entry.flags == 1 << 3)
            #expect(entry.extraFields == ["UT", "ux"])
            #expect(entry.headerExtraFields == ["UT", "ux", "zip64"])
        }
        #expect(try ArchiveReading.unzipTest(archive) == 0)
    }

    @Test("Times read back in UTC, and to the second as long as 31 bits count them")
    func times() throws {
        let times: [Int64] = [
            315_532_800, 320_889_599, 320_889_600, 951_782_399, 951_782_400, 951_868_800, 1_774_742_399, 1_774_746_000,
            1_792_893_600, 1_798_761_599, Int64(Int32.max), Int64(Int32.max) + 1, 4_107_542_399, 4_107_542_400,
            4_354_819_199,
        ]
        let archive = try ZipWriter.bytes {
            for time in times { try $0.add("t\(time)", "", time: time) }
        }
        let entries = try ArchiveReading.read(archive).entries
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        for (time, entry) in zip(times, entries) {
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second],
                from: Date(timeIntervalSince1970: Double(time))
            )
            let second = try #require(parts.second)
            let start = [parts.year, parts.month, parts.day, parts.hour, parts.minute].compactMap(\.self)
            #expect(entry.time == start + [second / 2 * 2])
            #expect(entry.extraTime == (time <= Int32.max ? start + [second] : nil))
        }
        #expect(entries.count == times.count)
        #expect(try ArchiveReading.unzipTest(archive) == 0)
    }

    @Test("An archive without entries is one")
    func emptyArchive() throws {
        let archive = try ZipWriter.bytes { _ in }
        #expect(archive.count == 22)
        #expect(try ArchiveReading.read(archive).entries.isEmpty)
    }

    @Test("An entry without content is one", arguments: [true, false])
    func emptyEntry(isStored: Bool) throws {
        let archive = try ZipWriter.bytes {
            try $0.add("nothing", "", isStored: isStored)
            try $0.begin("nothing-written", time: 1_795_384_643, isStored: isStored)
            try $0.write(UnsafeRawBufferPointer(start: nil, count: 0))
            try $0.end()
            try $0.add("something", "x", isStored: isStored)
        }
        let reading = try ArchiveReading.read(archive)
        #expect(reading.bad == nil)
        #expect(reading.entries.map(\.size) == [0, 0, 1])
        #expect(try ArchiveReading.unzipTest(archive) == 0)
    }

    @Test("Three thousand entries of all kinds read back")
    func many() throws {
        func content(_ index: Int) -> String { String(repeating: "row \(index)\n", count: index % 50) }
        let archive = try ZipWriter.bytes {
            for index in 0..<3000 {
                try $0.add(
                    "part-\(index / 100)/item-\(index).json",
                    content(index),
                    time: 1_600_000_000 + Int64(index) * 86_399,
                    isStored: index.isMultiple(of: 3)
                )
            }
        }
        let reading = try ArchiveReading.read(archive)
        #expect(reading.bad == nil)
        #expect(reading.entries.count == 3000)
        for (index, entry) in reading.entries.enumerated() {
            guard entry.name == "part-\(index / 100)/item-\(index).json", entry.content == Data(content(index).utf8),
                entry.time.dropLast() == entry.extraTime?.dropLast()
            else {
                Issue.record("entry \(index) is another")
                return
            }
        }
        #expect(try ArchiveReading.unzipTest(archive) == 0)
    }

    @Test("A higher level gives fewer bytes of the same content")
    func levels() throws {
        let archives = try [1, 6, 9].map { try ZipWriter.bytes(level: $0) { try $0.add("orders.json", Self.text) } }
        #expect(archives[1].count < archives[0].count)
        #expect(archives[2].count <= archives[1].count)
        for archive in archives {
            #expect(try ArchiveReading.read(archive).entries.map(\.content) == [Data(Self.text.utf8)])
        }
    }

    @Test("The pieces in which an entry is written leave no trace", arguments: [1, 1000, 65_536, 2_000_000])
    func pieces(size: Int) throws {
        let content = Array(Self.text.utf8) + Self.noise(100_000) + Array(Self.text.utf8)
        let (whole, pieced) = try (
            ZipWriter.bytes { try $0.add("a", content) }, ZipWriter.bytes { try $0.add("a", content, pieces: size) }
        )
        #expect(whole == pieced)
        #expect(try ArchiveReading.read(pieced).entries.map(\.content) == [Data(content)])
    }

    @Test("The sink gets blocks of 64 KiB and the rest at the end")
    func blocks() throws {
        var blocks: [Int] = []
        let writer = try ZipWriter { blocks.append($0.count) }
        for index in 0..<300 { try writer.add("small-\(index)", "x") }
        try writer.add("large", Self.noise(3_000_000), isStored: true)
        try writer.finish()
        #expect(blocks.count > 45)
        #expect(blocks.dropLast().allSatisfy { $0 == 65_536 })
        #expect((1...65_536).contains(blocks.last ?? 0))
    }
}
