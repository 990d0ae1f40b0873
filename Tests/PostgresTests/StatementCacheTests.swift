import Testing

@testable import Postgres

@Suite("The cache of prepared statements")
struct StatementCacheTests {
    @Test func `the least recently used statement leaves and is to be deallocated`() {
        var cache = StatementCache(capacity: 2)
        cache.beginRound()
        let first = cache.insert("SELECT 1")
        cache.beginRound()
        let second = cache.insert("SELECT 2")
        cache.beginRound()
        #expect(cache.name(for: "SELECT 1") == first)
        cache.beginRound()
        let third = cache.insert("SELECT 3")
        #expect(cache.takeDiscarded() == [second])
        #expect(cache.takeDiscarded().isEmpty)
        #expect(cache.name(for: "SELECT 2") == nil)
        #expect(cache.name(for: "SELECT 3") == third)
    }

    @Test func `what the running pipeline uses is not evicted`() {
        var cache = StatementCache(capacity: 1)
        cache.beginRound()
        _ = cache.insert("SELECT 1")
        _ = cache.insert("SELECT 2")
        #expect(cache.count == 2)
        #expect(cache.takeDiscarded().isEmpty)
    }

    @Test func `a cache beyond its size shrinks back`() {
        var cache = StatementCache(capacity: 2)
        cache.beginRound()
        for number in 0..<10 { _ = cache.insert("SELECT \(raw: String(number))") }
        cache.beginRound()
        _ = cache.insert("SELECT 10")
        #expect(cache.count == 2)
        #expect(cache.takeDiscarded().count == 9)
    }
}
