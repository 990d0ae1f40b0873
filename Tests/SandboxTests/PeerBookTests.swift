import Testing

@testable import Sandbox

struct PeerBookTests {
    private func content(_ key: String?, _ body: String, _ verification: Call.Verification = .good) -> PeerBook.Content
    {
        PeerBook.Content(key: key, verification: verification, body: Array(body.utf8))
    }

    /// Calls one after another, a microsecond apart, all answered.
    private func filled(_ contents: [PeerBook.Content], limits: PeerBook.Limits = .init()) -> PeerBook {
        var book = PeerBook(limits: limits)
        for (index, content) in contents.enumerated() {
            let number = book.begin(at: index, method: "POST", route: "/hooks")
            book.note(content, of: number)
            if content.verification != .bad { book.act(on: content.key, in: number) }
            book.end(number, at: index + 5, .answered, status: content.verification == .bad ? 401 : 204)
        }
        return book
    }

    @Test("An id that comes again is a duplicate, with the same body or another")
    func duplicates() {
        let book = filled([
            content("a", "1"), content("b", "1"), content("a", "1"), content("a", "2"), content("b", "1"),
        ])
        #expect(book.calls == 5)
        #expect(book.ids.distinct == 2)
        #expect(book.duplicates == 3)
        #expect(book.duplicatesWithOtherBody == 1)
        #expect(book.acted == 5)
        #expect(book.actedAgain == 3)
    }

    @Test("What is not believed is counted, but its id is not")
    func disbelief() {
        let book = filled([content("a", "1", .bad), content("a", "1"), content("a", "2", .bad)])
        #expect(book.badSignatures == 2)
        #expect(book.ids.distinct == 1)
        #expect(book.duplicates == 0)
        #expect(book.statuses == [401: 2, 204: 1])
    }

    @Test("A retry of what was not done is a duplicate, but not done twice")
    func retries() {
        var book = PeerBook()
        for attempt in 0..<3 {
            let number = book.begin(at: attempt, method: "POST", route: "/hooks")
            book.note(content("a", "1"), of: number)
            if attempt == 2 { book.act(on: "a", in: number) }
            book.end(number, at: attempt, .answered, status: attempt == 2 ? 204 : 503)
        }
        #expect(book.duplicates == 2)
        #expect(book.acted == 1)
        #expect(book.actedAgain == 0)
    }

    @Test("Beyond its limits the oldest ids, calls and bodies are forgotten, and counts stay exact")
    func bounds() {
        let limits = PeerBook.Limits(calls: 10, ids: 5, keepsBodies: true, bodyBytes: 30)
        let contents = (0..<100).map { content("id-\($0)", "0123456789") }
        let book = filled(contents, limits: limits)
        #expect(book.calls == 100)
        #expect(book.ids.distinct == 100)
        #expect(book.ids.forgotten == 95)
        let calls = book.lastCalls(after: 0, limit: 1_000)
        #expect(calls.map(\.number) == Array(91...100))
        #expect(calls.filter { $0.body != nil }.map(\.number) == [98, 99, 100])
        #expect(calls.allSatisfy { $0.ending == .answered && $0.duration == 5 })
    }

    @Test("Calls are read on from a number")
    func paging() {
        let book = filled((0..<10).map { content("\($0)", "") })
        #expect(book.lastCalls(after: 0, limit: 3).map(\.number) == [1, 2, 3])
        #expect(book.lastCalls(after: 3, limit: 3).map(\.number) == [4, 5, 6])
        #expect(book.lastCalls(after: 10, limit: 3).isEmpty)
        #expect(book.lastCalls(after: 1_000, limit: 3).isEmpty)
    }

    @Test("Forgetting keeps what is open and under way, and the numbers go on")
    func forgetting() {
        var book = filled([content("a", "1")])
        book.connect()
        book.connect()
        book.disconnect()
        let open = book.begin(at: 10, method: "POST", route: "/hooks")
        book.forget()
        #expect(book.calls == 0)
        #expect((book.connections.now, book.connections.most) == (1, 1))
        #expect((book.underWay.now, book.underWay.most) == (1, 1))
        // What began in the report before ends in none.
        book.end(open, at: 20, .answered, status: 204)
        #expect(book.underWay.now == 0)
        #expect(book.statuses.isEmpty)
        let next = book.begin(at: 30, method: "POST", route: "/hooks")
        #expect(next == open + 1)
        #expect(book.ids.distinct == 0)
    }
}
