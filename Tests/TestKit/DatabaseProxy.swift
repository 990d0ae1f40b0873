import Foundation
import Glibc
public import Postgres
import Synchronization

/// A door in front of the database server that forwards bytes until it is told, or sees, that it is time to slam.
///
/// Made for the one moment that no server command can hit: after the server has committed, before its answer arrives.
public final class DatabaseProxy: Sendable {
    private let listener: Int32
    private let port: Int
    private let upstream: Int
    private let swallows = Atomic<Bool>(false)
    private let isOpen = Atomic<Bool>(true)
    private let descriptors = DatabaseProxyDescriptors()

    /// Listens on a free loopback port and forwards to the first host of `configuration`, which is on this machine.
    public init(before configuration: PostgresConfiguration) throws {
        upstream = configuration.hosts[0].port
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                guard let self, self.isOpen.load(ordering: .relaxed) else {
                    Glibc.close(client)
                    return
                }
                self.serve(client)
            }
        }
    }

    /// The same database, reached through this proxy. Without encryption, since the proxy reads along.
    public func configuration(for configuration: PostgresConfiguration) -> PostgresConfiguration {
        var through = configuration
        through.hosts = [.init(name: "127.0.0.1", port: port)]
        through.keywords["sslmode"] = "disable"
        return through
    }

    /// From now on a connection is cut when the server reports a commit on it; the report is swallowed.
    public func swallowCommits(_ swallows: Bool = true) {
        self.swallows.store(swallows, ordering: .relaxed)
    }

    /// Cuts every connection now.
    public func cut() {
        for descriptor in descriptors.takeAll() { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    /// Stops listening and cuts what is open.
    public func close() {
        guard isOpen.exchange(false, ordering: .relaxed) else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
        cut()
    }

    private func serve(_ client: Int32) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(port: upstream)
        let isConnected = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            Glibc.close(client)
            Glibc.close(server)
            return
        }
        descriptors.add(client, server)
        Thread.detachNewThread { self.forward(from: client, to: server, isAnswer: false) }
        Thread.detachNewThread { self.forward(from: server, to: client, isAnswer: true) }
    }

    /// Closes neither socket: the other direction may still use its number. They end with the process.
    private func forward(from source: Int32, to sink: Int32, isAnswer: Bool) {
        let report = Data("COMMIT\0".utf8)
        var buffer = Data(count: 65_536)
        copying: while true {
            let count = buffer.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            if isAnswer, swallows.load(ordering: .relaxed), buffer.prefix(count).range(of: report) != nil { break }
            var sent = 0
            while sent < count {
                let more = buffer[sent..<count].withUnsafeBytes {
                    send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard more > 0 else { break copying }
                sent += more
            }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(sink, Int32(SHUT_RDWR))
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

/// The sockets that a proxy has open.
// Unchecked: behind the lock.
private final class DatabaseProxyDescriptors: @unchecked Sendable {
    private let lock = NSLock()
    private var open: [Int32] = []

    func add(_ one: Int32, _ other: Int32) {
        lock.withLock { open += [one, other] }
    }

    func takeAll() -> [Int32] {
        lock.withLock {
            defer { open = [] }
            return open
        }
    }
}
