import Foundation
import Testing

@testable import Console

@Suite("Sessions of the console")
struct SessionTests {
    private let key = SessionKey()
    private let operators = OperatorList(parsing: "anna:\(String(repeating: "ab", count: 32))")
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func read(_ cookie: String, at date: Date, key: SessionKey? = nil, _ list: OperatorList? = nil) -> Session?
    {
        Session(cookie: cookie, key: key ?? self.key, operators: list ?? operators, now: date)
    }

    @Test("are what was signed, as long as they last: an hour without anybody, twelve hours at most")
    func lifetime() throws {
        let session = Session(of: "anna", at: now)
        let cookie = try #require(session.cookie(key: key, operators: operators))
        #expect(read(cookie, at: now + 3_599) == session)
        #expect(read(cookie, at: now + 3_600) == nil)
        #expect(session.seen(at: now + 59) == nil)
        var last = session
        var at = now
        while let next = last.seen(at: at + 1_800) {
            at += 1_800
            guard let line = next.cookie(key: key, operators: operators), let read = read(line, at: at) else { break }
            last = read
        }
        #expect(at == now + 12 * 3_600)
    }

    @Test("are nothing once a byte is changed, under another key, or for somebody who is gone or has another token")
    func forged() throws {
        let cookie = try #require(Session(of: "anna", at: now).cookie(key: key, operators: operators))
        for index in cookie.indices {
            var other = cookie
            other.replaceSubrange(index...index, with: cookie[index] == "0" ? "1" : "0")
            #expect(read(other, at: now) == nil)
        }
        #expect(read(cookie, at: now, key: SessionKey()) == nil)
        #expect(read(cookie, at: now, OperatorList(parsing: "")) == nil)
        #expect(read(cookie, at: now, OperatorList(parsing: "anna:\(String(repeating: "cd", count: 32))")) == nil)
        #expect(read("", at: now) == nil)
        #expect(read("~~~~", at: now) == nil)
    }

    @Test("of a form cannot be made of another, and end after an hour")
    func forms() throws {
        let form = LoginForm(at: now)
        let cookie = form.cookie(key)
        #expect(LoginForm(cookie: cookie, key: key, now: now)?.admits(form.field(key), key) == true)
        #expect(LoginForm(cookie: cookie, key: key, now: now)?.admits(LoginForm(at: now).field(key), key) == false)
        #expect(LoginForm(cookie: cookie, key: key, now: now + 3_600) == nil)
        #expect(LoginForm(cookie: cookie, key: SessionKey(), now: now) == nil)
    }

    @Test("begin for lines of the file that are right: comments and blanks say nothing, a name counts once")
    func file() {
        let digest = RunningConsole.digest("secret")
        let list = OperatorList(
            parsing:
                "# people\n\nanna:\(digest)\r\nanna:\(String(repeating: "0", count: 64))\nb b:\(digest)\nc:\(digest.dropLast())\nd:\(digest.uppercased())"
        )
        #expect(list.digests.keys.sorted() == ["anna", "d"])
        #expect(list.faultyLines == [4, 5, 6])
        #expect(list.admits("anna", token: "secret"))
        #expect(!list.admits("anna", token: "secret "))
        #expect(!list.admits("nobody", token: ""))
        #expect(!OperatorList(parsing: "").admits("", token: ""))
    }

    @Test("are guessed ever more slowly, and a crowd of guessers takes no more than its room")
    func throttle() {
        var throttle = LoginThrottle()
        for _ in 0..<4 { throttle.failed("a", now: now) }
        #expect(throttle.wait("a", now: now) == nil)
        throttle.failed("a", now: now)
        #expect(throttle.wait("a", now: now) == 2)
        throttle.failed("a", now: now)
        #expect(throttle.wait("a", now: now) == 4)
        #expect(throttle.wait("a", now: now + 4) == nil)
        for _ in 0..<100 { throttle.failed("a", now: now) }
        #expect(throttle.wait("a", now: now) == LoginThrottle.longest)
        #expect(throttle.wait("b", now: now) == nil)
        throttle.failed("a", now: now + 901)
        #expect(throttle.wait("a", now: now + 901) == nil, "who rested begins anew")
        for index in 0..<3_000 { throttle.failed("c\(index)", now: now + 1_000) }
        #expect(throttle.count == LoginThrottle.most)
    }

    @Test(
        "never lead elsewhere",
        arguments: ["https://x", "//x", "/\\x", "", "x", "/login", "/a b", "/\"", "/<", "/a\nb"]
    )
    func elsewhere(_ address: String) {
        #expect(ConsoleDesk.own(address) == "/")
        #expect(ConsoleDesk.own("/cases?state=on_hold&after=0199") == "/cases?state=on_hold&after=0199")
    }
}
