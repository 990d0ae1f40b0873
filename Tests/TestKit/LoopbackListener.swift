import Foundation
import Glibc
import Synchronization

/// A listener on a free port of this machine that counts who connects and hands each connection to a thread of its own.
package final class LoopbackListener: Sendable {
    package let port: Int
    /// Connections that reached it.
    package var accepted: Int { count.withLock { $0 } }
    private let count = Mutex(0)
    private let descriptor: Int32

    /// - Parameters:
    ///   - address: of version 4 or 6.
    ///   - port: 0 for a free one.
    ///   - serve: is given the socket, which is closed when it returns.
    package init(_ address: String = "127.0.0.1", port: Int = 0, serve: @escaping @Sendable (Int32) -> Void = { _ in })
        throws
    {
        let isV6 = address.contains(":")
        let descriptor = socket(isV6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var storage = sockaddr_storage()
        var length = socklen_t(isV6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.storeBytes(of: sa_family_t(isV6 ? AF_INET6 : AF_INET), as: sa_family_t.self)
            bytes.storeBytes(of: UInt16(port).bigEndian, toByteOffset: 2, as: UInt16.self)
            guard let start = bytes.baseAddress,
                inet_pton(isV6 ? AF_INET6 : AF_INET, address, start + (isV6 ? 8 : 4)) == 1
            else { return false }
            let pointer = start.assumingMemoryBound(to: sockaddr.self)
            return bind(descriptor, pointer, length) == 0 && listen(descriptor, 1024) == 0
                && getsockname(descriptor, pointer, &length) == 0
        }
        guard isBound else {
            close(descriptor)
            throw POSIXError(.EADDRINUSE)
        }
        self.descriptor = descriptor
        self.port = withUnsafeBytes(of: storage) { Int(UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))) }
        Thread.detachNewThread { [self] in
            while case let connection = accept(descriptor, nil, nil), connection >= 0 {
                count.withLock { $0 += 1 }
                Thread.detachNewThread {
                    serve(connection)
                    close(connection)
                }
            }
            close(descriptor)
        }
    }

    /// Ends the listening thread, which keeps the listener alive.
    package func stop() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    package static func send(_ text: String, to connection: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Up to and with the next line end; nil when the peer is gone.
    package static func line(from connection: Int32) -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) == 1 {
            line.append(byte)
            if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
        }
        return nil
    }

    /// Returns when the peer has gone.
    package static func waitForEnd(of connection: Int32) {
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
    }
}
