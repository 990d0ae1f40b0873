import Glibc
import Synchronization
import TestKit
import Testing
import Threads

@testable import AMQP

@Suite("The watchdog")
struct WatchdogTests {
    /// A loop that can be made to hang in a read from a socket, as a library call would.
    private actor Hanging {
        let loop = ThreadLoop(name: "hanging")
        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

        deinit { loop.stop() }

        func turn() {}

        /// Reads until the peer or a shutdown ends it.
        func read(_ fd: Int32) -> Int {
            var byte: UInt8 = 0
            return recv(fd, &byte, 1, 0)
        }
    }

    private func socketPair() throws -> (Int32, Int32) {
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("shuts the socket of a stuck thread down, which frees it")
    func frees() async throws {
        let (near, far) = try socketPair()
        let hanging = Hanging()
        await hanging.turn()
        let isStuck = Atomic(false)
        let watchdog = Watchdog(period: .milliseconds(10), logger: quiet) { isStuck.store(true, ordering: .relaxed) }
        let id = watchdog.enter(hanging.loop, descriptor: near, heartbeat: .milliseconds(100), name: "t")
        #expect(await hanging.read(near) == 0)
        watchdog.leave(id)
        let wasStuck = isStuck.load(ordering: .relaxed)
        #expect(!wasStuck)
        close(near)
        close(far)
    }

    @Test("ends the process when that does not help")
    func ends() async throws {
        let (near, far) = try socketPair()
        let (other, otherFar) = try socketPair()
        let hanging = Hanging()
        await hanging.turn()
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let watchdog = Watchdog(period: .milliseconds(10), logger: quiet) { continuation.yield() }
        // The thread hangs on another socket than the one that is shut down.
        let id = watchdog.enter(hanging.loop, descriptor: near, heartbeat: .milliseconds(50), name: "t")
        async let stuck = hanging.read(other)
        for await _ in stream { break }
        shutdown(otherFar, Int32(SHUT_RDWR))
        #expect(await stuck == 0)
        watchdog.leave(id)
        for fd in [near, far, other, otherFar] { close(fd) }
    }

    @Test("leaves threads alone that go round, and all of them after the whole process was stopped")
    func patience() async throws {
        let (near, far) = try socketPair()
        let hanging = Hanging()
        await hanging.turn()
        let isStuck = Atomic(false)
        let watchdog = Watchdog(period: .seconds(600), logger: quiet) { isStuck.store(true, ordering: .relaxed) }
        let id = watchdog.enter(hanging.loop, descriptor: near, heartbeat: .seconds(400), name: "t")
        let now = ContinuousClock.now
        watchdog.check(at: now)
        watchdog.check(at: now + .seconds(600))
        // A gap of many periods: this process was not running itself.
        watchdog.check(at: now + .seconds(6000))
        var byte: UInt8 = 1
        let sent = send(far, &byte, 1, Int32(MSG_NOSIGNAL))
        #expect(sent == 1)
        var received = recv(near, &byte, 1, 0)
        #expect(received == 1)
        watchdog.check(at: now + .seconds(6600))
        received = recv(near, &byte, 1, 0)
        #expect(received == 0)
        let wasStuck = isStuck.load(ordering: .relaxed)
        #expect(!wasStuck)
        watchdog.leave(id)
        close(near)
        close(far)
    }

    @Test("watches connections only while they are connected", .broker)
    func enterAndLeave() async throws {
        let host = try #require(VirtualHost.current)
        var configuration = try host.configuration()
        let watchdog = Watchdog(logger: quiet) {}
        configuration.watchdog = watchdog
        let publisher = AMQPPublisher(configuration: configuration, logger: quiet)
        await publisher.start()
        #expect(watchdog.count == 1)
        await publisher.close()
        #expect(watchdog.count == 0)
    }
}
