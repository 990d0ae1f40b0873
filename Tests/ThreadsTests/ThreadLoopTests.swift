import Glibc
import Synchronization
import Testing
import Threads

/// An actor on a thread of its own, as connections are.
private actor Pinned {
    let loop = ThreadLoop(name: "test-loop")
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private(set) var count = 0

    deinit { loop.stop() }

    func add() -> Int {
        count += 1
        return count
    }

    func thread() -> UInt { UInt(pthread_self()) }

    func block(for microseconds: UInt32) { usleep(microseconds) }

    func isIsolated() -> Bool? { loop.isIsolatingCurrentContext() }

    func watch(_ fd: Int32, _ continuation: AsyncStream<Int>.Continuation) {
        loop.watch(fd, for: .read) {
            self.assumeIsolated { isolated in
                var byte: UInt8 = 0
                while read(fd, &byte, 1) == 1 {
                    isolated.count += 1
                    continuation.yield(isolated.count)
                }
            }
        }
    }

    func watchIdly(_ fd: Int32) {
        loop.watch(fd, for: .read) {}
    }

    func unwatch(_ fd: Int32) { loop.unwatch(fd) }

    func tick(every period: Duration, _ continuation: AsyncStream<Void>.Continuation) {
        loop.setTick(every: period) { continuation.yield() }
    }

    func alarm(after delay: Duration, _ continuation: AsyncStream<Void>.Continuation) {
        loop.setAlarm(at: .now + delay) { continuation.yield() }
    }

    func turnEnd(_ continuation: AsyncStream<Int>.Continuation) {
        loop.setTurnEnd { self.assumeIsolated { _ = continuation.yield($0.count) } }
    }
}

private func pipePair() throws -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    return (ends[0], ends[1])
}

@Suite("A thread loop")
struct ThreadLoopTests {
    @Test("runs every job of its actor on one thread that is not the caller's")
    func oneThread() async {
        let pinned = Pinned()
        let first = await pinned.thread()
        for _ in 0..<50 { #expect(await pinned.thread() == first) }
        #expect(await pinned.isIsolated() == true)
        #expect(pinned.loop.isIsolatingCurrentContext() == false)
    }

    @Test("loses no job of many that come at once from many tasks")
    func manyTasks() async {
        let pinned = Pinned()
        await withTaskGroup { group in
            for _ in 0..<16 {
                group.addTask { for _ in 0..<2_000 { _ = await pinned.add() } }
            }
        }
        #expect(await pinned.count == 32_000)
    }

    @Test("calls a watch handler on its thread, isolated to the actor")
    func watching() async throws {
        let (reader, writer) = try pipePair()
        defer { close(writer) }
        let pinned = Pinned()
        let (stream, continuation) = AsyncStream<Int>.makeStream()
        await pinned.watch(reader, continuation)
        var counts = stream.makeAsyncIterator()
        for expected in 1...20 {
            var byte: UInt8 = 7
            write(writer, &byte, 1)
            #expect(await counts.next() == expected)
        }
        await pinned.unwatch(reader)
        close(reader)
    }

    @Test("forgets a descriptor that was closed under it instead of spinning")
    func closedDescriptor() async throws {
        let (reader, writer) = try pipePair()
        let pinned = Pinned()
        await pinned.watchIdly(reader)
        close(reader)
        close(writer)
        #expect(await pinned.add() == 1)
    }

    @Test("ticks while idle and rings an alarm once")
    func timers() async {
        let pinned = Pinned()
        let (ticks, ticking) = AsyncStream<Void>.makeStream()
        let (alarms, ringing) = AsyncStream<Void>.makeStream()
        await pinned.tick(every: .milliseconds(3), ticking)
        let start = ContinuousClock.now
        await pinned.alarm(after: .milliseconds(20), ringing)
        var alarm = alarms.makeAsyncIterator()
        await alarm.next()
        #expect(ContinuousClock.now - start >= .milliseconds(20))
        var tick = ticks.makeAsyncIterator()
        for _ in 0..<5 { await tick.next() }
    }

    @Test("ends a turn after its jobs, so that their work can be sent in one go")
    func turnEnd() async {
        let pinned = Pinned()
        let (stream, continuation) = AsyncStream<Int>.makeStream()
        await pinned.turnEnd(continuation)
        _ = await pinned.add()
        for await count in stream where count == 1 { break }
    }

    @Test("shows a blocked thread in its last turn")
    func lastTurn() async {
        let pinned = Pinned()
        _ = await pinned.add()
        let before = ContinuousClock.now
        await pinned.block(for: 30_000)
        _ = await pinned.add()
        #expect(pinned.loop.lastTurn >= before)
        async let blocked: Void = pinned.block(for: 200_000)
        while ContinuousClock.now - pinned.loop.lastTurn < .milliseconds(100) { await Task.yield() }
        await blocked
    }

    @Test("still runs what is enqueued after stop")
    func afterStop() async {
        let pinned = Pinned()
        #expect(await pinned.add() == 1)
        pinned.loop.stop()
        for expected in 2...200 { #expect(await pinned.add() == expected) }
    }

    @Test("survives a storm of starts and stops and leaves no thread or descriptor behind")
    func storm() async throws {
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<50 {
                        let pinned = Pinned()
                        await withTaskGroup { inner in
                            for _ in 0..<4 { inner.addTask { _ = await pinned.add() } }
                        }
                        pinned.loop.stop()
                        #expect(await pinned.add() == 5)
                    }
                }
            }
        }
        // Threads end on their own time: poll with a deadline.
        let deadline = ContinuousClock.now + .seconds(20)
        while namedThreads("test-loop") > 16, ContinuousClock.now < deadline { await Task.yield() }
        #expect(namedThreads("test-loop") <= 16)
    }

    private func namedThreads(_ name: String) -> Int {
        guard let folder = opendir("/proc/self/task") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            let id = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let file = fopen("/proc/self/task/\(id)/comm", "r") else { continue }
            defer { fclose(file) }
            var buffer = [CChar](repeating: 0, count: 32)
            guard fgets(&buffer, 32, file) != nil else { continue }
            let text = buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
            if String(decoding: text, as: UTF8.self) == name { count += 1 }
        }
        return count
    }
}
