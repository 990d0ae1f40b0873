import Foundation
import Synchronization
import TestKit

/// A product whose replies a test writes out, path by path. `BASE` in a reply is where it was called.
final class PagesStub: Sendable {
    struct Answer: Sendable {
        var status: Int
        var body: String
        var headers: [String]

        init(_ status: Int = 200, _ body: String = "{}", headers: [String] = []) {
            self.status = status
            self.body = body
            self.headers = headers
        }
    }

    private final class Calls: Sendable {
        let all = Mutex<[String]>([])
    }

    private let listener: LoopbackListener
    private let calls: Calls

    var base: String { "http://127.0.0.1:\(listener.port)" }
    /// Paths and queries, in order of arrival.
    var heard: [String] { calls.all.withLock { $0 } }

    /// - Parameter answer: to a path with its query, and how often that came before; nil is 404.
    init(_ answer: @escaping @Sendable (String, Int) -> Answer?) throws {
        let calls = Calls()
        self.calls = calls
        listener = try LoopbackListener { connection in
            while let first = LoopbackListener.line(from: connection) {
                var (length, host) = (0, "")
                while let line = LoopbackListener.line(from: connection), line != "\r\n" {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    let value = parts.last?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
                    switch parts.first?.lowercased() {
                    case "content-length": length = Int(value) ?? 0
                    case "host": host = value
                    default: break
                    }
                }
                var byte: UInt8 = 0
                while length > 0, recv(connection, &byte, 1, 0) == 1 { length -= 1 }
                let target = first.split(separator: " ").dropFirst().first.map(String.init) ?? ""
                let before = calls.all.withLock { all in
                    defer { all.append(target) }
                    return all.count { $0 == target }
                }
                let given = answer(target, before) ?? Answer(404)
                let body = given.body.replacing("BASE", with: "http://\(host)")
                let lines = given.headers + ["Content-Length: \(body.utf8.count)"]
                LoopbackListener.send(
                    "HTTP/1.1 \(given.status) Any\r\n\(lines.joined(separator: "\r\n"))\r\n\r\n\(body)",
                    to: connection
                )
            }
        }
    }

    func stop() { listener.stop() }
}
