import Foundation
import Glibc
import Synchronization

/// A real HTTP server on a free loopback port, a thread for each connection, that misbehaves as its paths ask:
/// `/echo`, `/big?N`, `/headers?N`, `/redirect`, `/silent`, `/cut`, `/interim`, `/status?N`.
final class LoopbackServer: Sendable {
    let base: String
    /// Request heads and bodies in order of arrival.
    var requests: [String] { seen.withLock { $0 } }
    private let seen = Mutex<[String]>([])
    private let listener: Int32

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1024) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRINUSE) }
        self.listener = listener
        base = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread { [self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                Thread.detachNewThread { [self] in
                    serve(connection)
                    Glibc.close(connection)
                }
            }
            Glibc.close(listener)
        }
    }

    /// Ends the listening thread, which keeps the server alive.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func serve(_ connection: Int32) {
        var pending: [UInt8] = []
        while let request = read(connection, &pending) {
            seen.withLock { $0.append(request) }
            let target = request.split(separator: " ", maxSplits: 2).dropFirst().first.map(String.init) ?? ""
            let number = target.split(separator: "?").dropFirst().first.flatMap { Int($0) } ?? 0
            switch target.prefix(while: { $0 != "?" }) {
            case "/echo": reply(connection, "200 OK", body: request)
            case "/big": reply(connection, "200 OK", body: String(repeating: "x", count: number))
            case "/headers": reply(connection, "200 OK", "X-Long: \(String(repeating: "y", count: number))\r\n")
            case "/redirect": reply(connection, "302 Found", "Location: \(base)/echo\r\n")
            case "/status": reply(connection, "\(number) Any", "X-Kind: a\r\nx-kind:  b \r\n")
            case "/interim":
                send(connection, "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
                reply(connection, "200 OK", "X-Final: 1\r\n")
            case "/silent":
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
            case "/cut":
                send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
                return
            default: reply(connection, "404 Not Found")
            }
        }
    }

    private func reply(_ connection: Int32, _ status: String, _ headers: String = "", body: String = "") {
        send(connection, "HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    private func send(_ connection: Int32, _ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// The next request, head and body; nil when the peer is gone.
    private func read(_ connection: Int32, _ pending: inout [UInt8]) -> String? {
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
