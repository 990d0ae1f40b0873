import Foundation
import Glibc
import Logging
import Testing

@testable import Observability

struct JSONLogHandlerTests {
    /// What a handler wrote, line by line, through a real pipe.
    private func lines(level: Logger.Level = .trace, _ body: (inout Logger) -> Void) throws -> [String] {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        var logger = Logger(label: "test.logger") { JSONLogHandler(label: $0, level: level, descriptor: ends[1]) }
        body(&logger)
        close(ends[1])
        defer { close(ends[0]) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(ends[0], &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func object(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test("A line is one JSON object with time, level, logger, message and metadata")
    func shape() throws {
        let lines = try lines {
            $0[.queue] = "work"
            $0.warning("late", metadata: .keys([.count: .stringConvertible(3), .kind: ["a", "b"], .code: ["x": "y"]]))
        }
        #expect(lines.count == 1)
        let line = try object(lines[0])
        #expect(line["level"] as? String == "warning")
        #expect(line["logger"] as? String == "test.logger")
        #expect(line["message"] as? String == "late")
        let time = try #require(line["ts"] as? String)
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
        let metadata = try #require(line["metadata"] as? [String: Any])
        #expect(metadata["queue"] as? String == "work")
        #expect(metadata["count"] as? Int == 3)
        #expect(metadata["kind"] as? [String] == ["a", "b"])
        #expect(metadata["code"] as? [String: String] == ["x": "y"])
    }

    @Test(
        "No text can break out of its line",
        arguments: [
            "quote \" backslash \\ slash /", "line\nfeed\r\n tab\t", "nul \u{0} escape \u{1B}[2J bell \u{7}",
            "\u{7F}\u{85}\u{2028}\u{2029}", "ü 漢字 👩‍👩‍👧 \u{FFFF}", "",
        ]
    )
    func escaping(text: String) throws {
        let lines = try lines { $0.info("\(text)", metadata: ["\(text)": "\(text)"]) }
        #expect(lines.count == 1)
        let line = try object(lines[0])
        #expect(line["message"] as? String == text)
        #expect(line["metadata"] as? [String: String] == [text: text])
        #expect(lines[0].unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
    }

    @Test("Lines below the level are not written")
    func level() throws {
        let lines = try lines(level: .warning) {
            $0.info("no")
            $0.error("yes")
        }
        #expect(lines.count == 1)
    }

    @Test("A field of the line wins over one of the logger")
    func precedence() throws {
        let lines = try lines {
            $0[.queue] = "outer"
            $0.info("x", metadata: .keys([.queue: "inner"]))
        }
        #expect(try object(lines[0])["metadata"] as? [String: String] == ["queue": "inner"])
    }

    @Test("An error without a description of its own shows its type, not what it holds")
    func errors() throws {
        enum Careless: Error { case failed(secret: String) }
        struct Careful: Error, CustomStringConvertible { var description: String { "fixed sentence" } }
        let lines = try lines {
            $0.error("a", error: Careless.failed(secret: "hunter2"))
            $0.error("b", error: Careful())
        }
        #expect(!lines[0].contains("hunter2"))
        #expect((try object(lines[0])["error"] as? String)?.contains("Careless") == true)
        #expect(try object(lines[1])["error"] as? String == "fixed sentence")
    }

    @Test("Lines of many threads do not mix")
    func concurrency() async throws {
        let lines = try lines { logger in
            let logger = logger
            DispatchQueue.concurrentPerform(iterations: 8) { thread in
                for index in 0..<20 { logger.info("\(thread)-\(index)-\(String(repeating: "x", count: 200))") }
            }
        }
        #expect(lines.count == 160)
        for line in lines { _ = try object(line) }
    }

    @Test("A time is RFC 3339 with milliseconds")
    func time() {
        #expect(
            String(decoding: Timestamp.text(seconds: 1_709_210_096, milliseconds: 7), as: UTF8.self)
                == "2024-02-29T12:34:56.007Z"
        )
    }

    @Test("Every common key is listed once")
    func keys() {
        #expect(Set(LogKey.common.map(\.name)).count == LogKey.common.count)
        #expect(
            LogKey.common.allSatisfy { $0.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil && $0.meaning.hasSuffix(".") }
        )
    }
}
