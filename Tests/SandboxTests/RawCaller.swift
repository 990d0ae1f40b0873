import Foundation
import Glibc

/// A caller that shows every byte: it sends text to a local port and tells what came back until the peer closed.
enum RawCaller {
    /// Blocks a thread, not a task.
    static func send(_ text: String, to port: Int) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try exchange(text, port) })
            }
        }
    }

    /// A webhook without a secret.
    static func post(to name: String) -> String {
        """
        POST /hooks/\(name) HTTP/1.1\r\nHost: sandbox\r\nwebhook-id: evt_1\r\nwebhook-timestamp: 1\r\n\
        webhook-signature: v1,none\r\nContent-Length: 2\r\n\r\n{}
        """
    }

    private static func exchange(_ text: String, _ port: Int) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        let bytes = Array(text.utf8)
        guard isConnected, Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw POSIXError(.ECONNREFUSED)
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while case let count = recv(descriptor, &chunk, chunk.count, 0), count != 0 {
            guard count > 0 else { throw POSIXError(errno == EAGAIN ? .ETIMEDOUT : .ECONNRESET) }
            answer += chunk[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }
}
