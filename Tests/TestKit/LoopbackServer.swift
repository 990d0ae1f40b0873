import Foundation
import Glibc
import Synchronization

/// A real HTTP server on a free loopback port, a thread for each connection, that misbehaves as its paths ask:
/// `/echo`, `/big?N`, `/retry?N`, `/headers?N`, `/redirect`, `/silent`, `/cut`, `/interim`, `/status?N`, `/busy?N`.
package final class LoopbackServer: Sendable {
    package let base: String
    /// Request heads and bodies in order of arrival.
    package var requests: [String] { seen.withLock { $0 } }
    /// Connections that reached it.
    package var accepted: Int { listener.accepted }
    package var port: Int { listener.port }
    private let seen: Seen
    private let listener: LoopbackListener

    private final class Seen: Sendable {
        private let requests = Mutex<[String]>([])

        func withLock<Result: Sendable>(_ body: (inout [String]) -> Result) -> Result {
            requests.withLock { body(&$0) }
        }
    }

    package init(_ address: String = "127.0.0.1", port: Int = 0) throws {
        let seen = Seen()
        let listener = try LoopbackListener(address, port: port) { Self.serve($0, seen) }
        base = "http://\(address.contains(":") ? "[\(address)]" : address):\(listener.port)"
        self.seen = seen
        self.listener = listener
    }

    /// Ends the listening thread, which keeps the server alive.
    package func stop() {
        listener.stop()
    }

    private static func serve(_ connection: Int32, _ seen: Seen) {
        var pending: [UInt8] = []
        while let request = read(connection, &pending) {
            seen.withLock { $0.append(request) }
            let target = request.split(separator: " ", maxSplits: 2).dropFirst().first.map(String.init) ?? ""
            let number = target.split(separator: "?").dropFirst().first.flatMap { Int($0) } ?? 0
            switch target.prefix(while: { $0 != "?" }) {
            case "/echo": reply(connection, "200 OK", body: request)
            case "/big": reply(connection, "200 OK", body: String(repeating: "x", count: number))
            case "/headers": reply(connection, "200 OK", "X-Long: \(String(repeating: "y", count: number))\r\n")
            case "/redirect": reply(connection, "302 Found", "Location: /echo\r\n")
            case "/status": reply(connection, "\(number) Any", "X-Kind: a\r\nx-kind:  b \r\n")
            case "/interim":
                send(connection, "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
                reply(connection, "200 OK", "X-Final: 1\r\n")
            case "/silent":
                LoopbackListener.waitForEnd(of: connection)
            case "/retry":
                reply(connection, "429 Too Many Requests", "Retry-After: \(number)\r\n")
            case "/busy":
                reply(connection, "503 Service Unavailable", "Retry-After: \(number)\r\n")
            case "/cut":
                send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
                return
            default: reply(connection, "404 Not Found")
            }
        }
    }

    private static func reply(_ connection: Int32, _ status: String, _ headers: String = "", body: String = "") {
        send(connection, "HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    private static func send(_ connection: Int32, _ text: String) {
        LoopbackListener.send(text, to: connection)
    }

    /// The next request, head and body; nil when the peer is gone.
    private static func read(_ connection: Int32, _ pending: inout [UInt8]) -> String? {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let text = String(decoding: pending, as: UTF8.self)
            if let end = text.firstRange(of: "\r\n\r\n") {
                let head = text[..<end.upperBound]
                let length =
                    head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces)) } ?? 0
                let size = head.utf8.count + length
                if pending.count >= size {
                    defer { pending.removeFirst(size) }
                    return String(decoding: pending[..<size], as: UTF8.self)
                }
            }
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            pending += chunk[..<count]
        }
    }
}
