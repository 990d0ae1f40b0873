import Glibc
import Testing

@testable import Threads

@Suite("A thread that does steps")
struct StepThreadTests {
    private struct Broken: Error {}

    @Test("does every step once, in the order given, on one thread that is not the giver's")
    func order() throws {
        let done = Locked<[Int]>([])
        let threads = Locked<Set<UInt>>([])
        let thread = try StepThread<Int>(limit: 3) { step in
            done.withLock { $0.append(step) }
            _ = threads.withLock { $0.insert(UInt(pthread_self())) }
        }
        for step in 0..<1_000 { try thread.give(step) }
        try thread.close()
        #expect(done.withLock { $0 } == Array(0..<1_000))
        #expect(threads.withLock { $0.count } == 1)
        #expect(!threads.withLock { $0.contains(UInt(pthread_self())) })
    }

    @Test("lets the giver be so far ahead and no farther")
    func bounded() throws {
        let begun = Locked(0)
        let given = Locked(0)
        let most = Locked(0)
        let thread = try StepThread<Int>(limit: 4) { _ in
            let ahead = given.withLock { $0 } - begun.withLock { $0 }
            most.withLock { $0 = max($0, ahead) }
            begun.withLock { $0 += 1 }
        }
        for step in 0..<2_000 {
            try thread.give(step)
            given.withLock { $0 += 1 }
        }
        try thread.close()
        // Those that wait, and the one that is being done.
        #expect(most.withLock { $0 } <= 5)
    }

    @Test("what a step throws the next call throws, and nothing is done after it")
    func failure() throws {
        let done = Locked<[Int]>([])
        let thread = try StepThread<Int>(limit: 2) { step in
            if step == 5 { throw Broken() }
            done.withLock { $0.append(step) }
        }
        #expect(throws: Broken.self) {
            for step in 0..<1_000 { try thread.give(step) }
        }
        #expect(throws: Broken.self) { try thread.close() }
        #expect(done.withLock { $0 } == [0, 1, 2, 3, 4])
    }

    @Test("ends without doing what is left when it is abandoned, and may be ended twice")
    func abandoned() throws {
        let done = Locked(0)
        let thread = try StepThread<Int>(limit: 100) { _ in done.withLock { $0 += 1 } }
        for step in 0..<50 { try thread.give(step) }
        thread.abandon()
        let count = done.withLock { $0 }
        thread.abandon()
        #expect(count <= 50 && done.withLock { $0 } == count)
    }

    @Test("survives a storm of starts and ends, and is freed")
    func storm() throws {
        final class Token {}
        weak var last: Token?
        for _ in 0..<200 {
            let token = Token()
            last = token
            let thread = try StepThread<Int>(limit: 1) { _ in _ = token }
            try thread.give(1)
            try thread.close()
        }
        #expect(last == nil)
    }
}
