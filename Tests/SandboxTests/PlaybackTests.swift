import Testing

@testable import Sandbox

struct PlaybackTests {
    private func statuses(
        _ script: String,
        name: String = "acme",
        methods: [String] = [String](repeating: "POST", count: 400)
    ) throws -> [Int?] {
        let book = ScriptBook(
            ["*": try Script(text: script, name: "*")].reduce(into: [:]) { scripts, entry in
                if let pattern = ScriptPattern(entry.key) { scripts[pattern] = entry.value }
            }
        )
        var playback = Playback(name: try #require(PeerName(name)))
        return methods.map { playback.next($0, by: book).behaviour.status }
    }

    @Test("A sequence comes first, in order; then what the rest of the script says")
    func sequence() throws {
        let script = "{sequence: [{calls: 2, status: 503}, {status: 429}], status: 202}"
        #expect(try Array(statuses(script).prefix(5)) == [503, 503, 429, 202, 202])
    }

    @Test("A script about some methods passes over the others, which take no step")
    func methods() throws {
        let script = "{methods: [POST], sequence: [{status: 503}], status: 500, otherwise: {status: 202}}"
        let methods = ["GET", "POST", "GET", "POST"]
        #expect(try statuses(script, methods: methods) == [202, 503, 202, 500])
    }

    @Test("A share is hit by chance, the same in every run, and not in step with other names")
    func share() throws {
        let script = "{probability: 0.25, seed: 7, status: 500, otherwise: {status: 204}}"
        let first = try statuses(script)
        #expect(try statuses(script) == first)
        #expect(try statuses(script, name: "globex") != first)
        #expect(try statuses("{probability: 0.25, seed: 8, status: 500, otherwise: {status: 204}}") != first)
        let hits = first.filter { $0 == 500 }.count
        #expect((60...140).contains(hits), "\(hits) of 400")
        #expect(first.allSatisfy { $0 == 500 || $0 == 204 })
    }

    @Test("None of a share of 0, all of a share of 1", arguments: [(0, 204), (1, 500)])
    func certainty(share: Int, status: Int) throws {
        let script = "{probability: \(share), status: 500, otherwise: {status: 204}}"
        #expect(Set(try statuses(script)) == [status])
    }

    @Test("A new script begins from the start, and its end is the peer's own way")
    func change() throws {
        let book = ScriptBook()
        let pattern = try #require(ScriptPattern("acme"))
        var playback = Playback(name: try #require(PeerName("acme")))
        func next() -> Int? { playback.next("POST", by: book).behaviour.status }
        #expect(next() == nil)
        let script = try Script(text: "{sequence: [{status: 503}], status: 202}", name: "acme")
        book.put(script, for: pattern)
        #expect([next(), next()] == [503, 202])
        // Another peer's script changes nothing here.
        book.put(script, for: try #require(ScriptPattern("globex")))
        #expect(next() == 202)
        book.put(script, for: pattern)
        #expect([next(), next()] == [503, 202])
        book.remove(pattern)
        #expect(next() == nil)
    }

    @Test("Jitter adds at most what it says")
    func jitter() throws {
        let book = ScriptBook()
        book.put(
            try Script(text: "delay: {ms: 10, jitter_ms: 5}", name: "acme"),
            for: try #require(ScriptPattern("acme"))
        )
        var playback = Playback(name: try #require(PeerName("acme")))
        let delays = Set((0..<200).map { _ in playback.next("POST", by: book).delayMilliseconds })
        #expect(delays == Set(10...15))
    }
}
