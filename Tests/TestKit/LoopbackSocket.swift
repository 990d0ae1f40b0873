import Foundation
import Glibc

/// A connection to a port of this machine, byte by byte: what a client library would not send can be sent, too. Blocks its thread.
package final class LoopbackSocket {
    private let descriptor: Int32

    /// - Parameter patience: seconds for one reading.
    package init(port: Int, patience: Int = 30) throws {
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

    /// Sends as much as the peer takes.
    package func send(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Whether the peer answers, or closes, within so many milliseconds.
    package func hears(within milliseconds: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, milliseconds) > 0
    }

    /// All that comes until the peer closes; nil where it does not in time.
    package func rest() -> [UInt8]? {
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = recv(descriptor, &chunk, chunk.count, 0), count != 0 {
            guard count > 0 else { return errno == EAGAIN ? nil : answer }
            answer += chunk[..<count]
        }
        return answer
    }

    /// Runs `body` on a thread of its own: it blocks no task.
    package static func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws
        -> Result
    {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
        }
    }

    /// Sends a text over a connection of its own, and gives what comes back until the peer closes.
    ///
    /// - Throws: `POSIXError` where nobody listens, or the peer does not close in time.
    package static func exchange(_ text: String, port: Int) async throws -> [UInt8] {
        try await onThread {
            let socket = try LoopbackSocket(port: port)
            socket.send(text)
            guard let answer = socket.rest() else { throw POSIXError(.ETIMEDOUT) }
            return answer
        }
    }
}
