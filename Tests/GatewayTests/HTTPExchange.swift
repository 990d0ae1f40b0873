import Foundation
import TestKit

/// Conversations with a server, byte by byte.
enum HTTPExchange {
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

    /// Sends a request that is whole, on a connection of its own.
    static func call(_ text: String, port: Int) async throws -> Reply {
        guard let reply = reply(try await LoopbackSocket.exchange(text, port: port)) else { throw POSIXError(.EBADMSG) }
        return reply
    }

    /// What comes back until the peer closes, and how long that took.
    static func provoke(
        port: Int,
        _ body: @escaping @Sendable (LoopbackSocket) -> Void
    ) async throws -> (bytes: [UInt8]?, time: Duration) {
        try await LoopbackSocket.onThread {
            let begun = ContinuousClock.now
            let socket = try LoopbackSocket(port: port)
            body(socket)
            return (socket.rest(), begun.duration(to: .now))
        }
    }
}
