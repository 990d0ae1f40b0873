import Archive
import Foundation
import Testing

struct WriterMisuseTests {
    private static let time: Int64 = 1_795_384_643

    private func code(_ body: () throws -> Void) -> ArchiveError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? ArchiveError)?.code
        }
    }

    private func write(_ text: String, to writer: ZipWriter) throws {
        try Array(text.utf8).withUnsafeBytes { try writer.write($0) }
    }

    @Test("There is no level below 1 or above 9", arguments: [-1, 0, 10, 11, .max])
    func levels(level: Int) {
        #expect(code { _ = try ZipWriter(level: level) { _ in } } == .level)
    }

    @Test("Calls out of order are refused, and the archive is none the worse for it")
    func order() throws {
        let archive = try ZipWriter.bytes { writer in
            #expect(code { try write("x", to: writer) } == .noEntry)
            #expect(code { try writer.end() } == .noEntry)
            try writer.begin("a", time: Self.time)
            #expect(code { try writer.begin("b", time: Self.time) } == .entryOpen)
            #expect(code { try writer.finish() } == .entryOpen)
            try write("content", to: writer)
            try writer.end()
            #expect(code { try writer.end() } == .noEntry)
            #expect(code { try write("x", to: writer) } == .noEntry)
            try writer.add("b", "more")
        }
        let reading = try ArchiveReading.read(archive)
        #expect(reading.entries.map(\.name) == ["a", "b"])
        #expect(reading.entries.map(\.content) == [Data("content".utf8), Data("more".utf8)])
    }

    @Test("After the end there is nothing more to do")
    func finished() throws {
        let writer = try ZipWriter { _ in }
        try writer.add("a", "content")
        try writer.finish()
        #expect(code { try writer.begin("b", time: Self.time) } == .finished)
        #expect(code { try write("x", to: writer) } == .finished)
        #expect(code { try writer.end() } == .finished)
        #expect(code { try writer.finish() } == .finished)
    }

    @Test("Times the format has no bits for are refused, and the name stays free")
    func times() throws {
        let archive = try ZipWriter.bytes { writer in
            for time in [Int64.min, -1, 0, 315_532_799, 4_354_819_200, .max] {
                #expect(code { try writer.begin("a", time: time) } == .time)
            }
            try writer.add("a", "content")
        }
        #expect(try ArchiveReading.read(archive).entries.count == 1)
    }

    private struct Full: Error, Equatable {
        let block: Int
    }

    @Test("What the sink throws ends the archive, wherever it happens", arguments: 1...5)
    func sinkErrors(last: Int) throws {
        var blocks = 0
        let writer = try ZipWriter { _ in
            blocks += 1
            if blocks == last { throw Full(block: blocks) }
        }
        let content = [UInt8](repeating: 0x61, count: 100_000)
        #expect(throws: Full(block: last)) {
            for index in 0..<3 { try writer.add("entry-\(index)", content, isStored: true) }
            try writer.finish()
        }
        #expect(blocks == last)
        #expect(code { try writer.begin("b", time: Self.time) } == .broken)
        #expect(code { try write("x", to: writer) } == .broken)
        #expect(code { try writer.end() } == .broken)
        #expect(code { try writer.finish() } == .broken)
        #expect(blocks == last)
    }

    @Test("A writer that is dropped gives its sink nothing more")
    func dropped() throws {
        var blocks = 0
        do {
            let writer = try ZipWriter { _ in blocks += 1 }
            try writer.begin("a", time: Self.time)
            try write("content", to: writer)
        }
        #expect(blocks == 0)
    }
}
