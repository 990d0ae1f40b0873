import Foundation
import Glibc

/// A loopback relay between a client and the broker that can fall silent or cut the line, to play a frozen or lost peer.
public final class BrokerRelay: Sendable {
    public let port: Int
    private let listener: Int32
    private let target: UInt16
    private let state = NSLockedState()

    private final class NSLockedState: @unchecked Sendable {
        // Guarded by the lock.
        private let lock = NSLock()
        private var pairs: [Int32: Int32] = [:]
        private var isFrozen = false
        private var isStopped = false

        func read<T>(_ body: (_ pairs: inout [Int32: Int32], _ isFrozen: inout Bool, _ isStopped: inout Bool) -> T) -> T
        {
            lock.lock()
            defer { lock.unlock() }
            return body(&pairs, &isFrozen, &isStopped)
        }
    }

    public struct Failed: Error {}

    /// Relays to a port of 127.0.0.1.
    public init(to target: Int) throws {
        self.target = UInt16(target)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                Glibc.bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard bound else { throw Failed() }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { self.run() }
    }

    /// Passes nothing on in either direction until ``thaw()``; connections stay open.
    public func freeze() { state.read { _, isFrozen, _ in isFrozen = true } }

    public func thaw() { state.read { _, isFrozen, _ in isFrozen = false } }

    /// Closes what is connected; new connections are taken.
    public func cut() {
        state.read { pairs, _, _ in for fd in pairs.keys { shutdown(fd, Int32(SHUT_RDWR)) } }
    }

    public func stop() {
        cut()
        state.read { _, _, isStopped in isStopped = true }
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private func run() {
        while state.read({ _, _, isStopped in !isStopped }) {
            let (fds, isFrozen) = state.read { pairs, isFrozen, _ in (Array(pairs.keys), isFrozen) }
            var polled = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
            if !isFrozen { polled += fds.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) } }
            guard poll(&polled, nfds_t(polled.count), 20) > 0 else { continue }
            if polled[0].revents != 0 { accept() }
            for ready in polled.dropFirst() where ready.revents != 0 { forward(ready.fd) }
        }
        close(listener)
        state.read { pairs, _, _ in
            for fd in pairs.keys { close(fd) }
            pairs = [:]
        }
    }

    private func accept() {
        let near = Glibc.accept(listener, nil, nil)
        guard near >= 0 else { return }
        let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: target)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(far, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(near)
            close(far)
            return
        }
        state.read { pairs, _, _ in
            pairs[near] = far
            pairs[far] = near
        }
    }

    private func forward(_ fd: Int32) {
        guard let peer = state.read({ pairs, _, _ in pairs[fd] }) else { return }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(fd, &buffer, buffer.count, 0)
        if count > 0, send(peer, buffer, count, Int32(MSG_NOSIGNAL)) == count { return }
        state.read { pairs, _, _ in
            pairs[fd] = nil
            pairs[peer] = nil
        }
        close(fd)
        close(peer)
    }
}
