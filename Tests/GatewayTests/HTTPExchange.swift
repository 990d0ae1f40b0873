import Foundation
import Glibc

/// A conversation over a socket, byte by byte: what a client library would not send can be sent, too.
final class HTTPExchange {
    struct Reply: Sendable {
        let status: Int
        /// Names in lower case.
        let headers: [String: String]
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:] }
        /// The end of a problem's type.
        var problem: String? { (json["type"] as? String)?.split(separator: ":").last.map(String.init) }
    }

    private let descriptor: Int32

    /// - Parameter patience: seconds for one reading.
    init(port: Int, patience: Int = 30) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var time = timeval(tv_sec: patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// All that comes until the peer closes; nil where it does not in time.
    func rest() -> [UInt8]? {
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = recv(descriptor, &chunk, chunk.count, 0), count != 0 {
            guard count > 0 else { return errno == EAGAIN ? nil : answer }
            answer += chunk[..<count]
        }
        return answer
    }

    /// One reply, of a peer that closes after it.
    static func reply(_ bytes: [UInt8]) -> Reply? {
        let end = Array("\r\n\r\n".utf8)
        guard let split = bytes.firstRange(of: end) else { return nil }
        let lines = String(decoding: bytes[..<split.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count > 1, let status = Int(words[1]) else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        return Reply(status: status, headers: headers, body: Array(bytes[split.upperBound...]))
    }

    /// Sends a request that is whole, on a connection of its own. Blocks a thread, not a task.
    static func call(_ text: String, port: Int) async throws -> Reply {
        let bytes = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let exchange = try HTTPExchange(port: port)
                        exchange.send(text)
                        return exchange.rest() ?? []
                    }
                )
            }
        }
        guard let reply = reply(bytes) else { throw POSIXError(.EBADMSG) }
        return reply
    }

    /// What comes back until the peer closes, and how long that took.
    static func provoke(
        port: Int,
        _ body: @escaping @Sendable (HTTPExchange) -> Void
    ) async throws -> (bytes: [UInt8]?, time: Duration) {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let begun = ContinuousClock.now
                        let exchange = try HTTPExchange(port: port)
                        body(exchange)
                        return (exchange.rest(), begun.duration(to: .now))
                    }
                )
            }
        }
    }
}
