import Foundation
import Synchronization
import TestKit
import Testing

@testable import Outbound

/// Servers that misbehave, written out line by line.
struct SMTPConversationTests {
    private func client(_ listener: LoopbackListener, on thread: OutboundThread? = nil) throws -> SMTPClient {
        var configuration = SMTPClient.Configuration(host: "127.0.0.1", port: listener.port, security: .none)
        configuration.allowing = [.plain, .internalAddress]
        configuration.timeout = .seconds(20)
        return try thread.map { try SMTPClient(configuration, on: [$0]) } ?? SMTPClient(configuration)
    }

    private func submission(timeout: Duration? = nil) throws -> MailSubmission {
        let address = try MailAddress("secret@there.test")
        return MailSubmission(from: address, to: [address], message: Array("a: b\r\n\r\nc\r\n".utf8), timeout: timeout)
    }

    /// Greets, answers each command with what the table has for its first four letters, and falls silent after the rest.
    private func server(_ answers: [String: String], greeting: String = "220 hi\r\n") throws -> LoopbackListener {
        try LoopbackListener { connection in
            LoopbackListener.send(greeting, to: connection)
            var isContent = false
            while let line = LoopbackListener.line(from: connection) {
                if isContent, line != ".\r\n" { continue }
                guard let answer = answers[isContent ? "." : String(line.prefix(4))] else { break }
                isContent = answer.hasPrefix("354")
                if answer == "drop" { return }
                LoopbackListener.send(answer, to: connection)
            }
            LoopbackListener.waitForEnd(of: connection)
        }
    }

    private static let good = [
        "EHLO": "250-hi\r\n250 SIZE 1000\r\n", "MAIL": "250 ok\r\n", "RCPT": "250 ok\r\n", "DATA": "354 go\r\n",
        ".": "250 2.0.0 ok\r\n", "QUIT": "221 bye\r\n",
    ]

    private func failure(_ answers: [String: String], timeout: Duration? = nil) async throws -> OutboundError {
        let server = try server(answers)
        defer { server.stop() }
        let client = try client(server)
        return try #require(
            await #expect(throws: OutboundError.self) { try await client.submit(submission(timeout: timeout)) }
        )
    }

    @Test("Silence or a cut after the last byte leaves it open whether the mail was taken, before it does not")
    func undecided() async throws {
        var answers = Self.good
        answers["."] = "drop"
        #expect(try await failure(answers) == OutboundError(.connectionLost, libraryCode: 56, mayHaveActed: true))
        answers["."] = nil
        let silent = try await failure(answers, timeout: .milliseconds(300))
        #expect(silent.code == .timeout)
        #expect(silent.mayHaveActed)
        for command in ["EHLO", "MAIL", "RCPT", "DATA"] {
            var answers = Self.good
            answers[command] = "drop"
            let error = try await failure(answers)
            #expect(error.code == .connectionLost, "\(command)")
            #expect(!error.mayHaveActed, "\(command)")
            answers[command] = nil
            let late = try await failure(answers, timeout: .milliseconds(100))
            #expect(late.code == .timeout, "\(command)")
            #expect(!late.mayHaveActed, "\(command)")
        }
    }

    @Test(
        "Each refusal is placed where it happened",
        arguments: [
            ("MAIL", "421 4.7.0 later\r\n", SMTPReply(code: 421, enhancedCode: "4.7.0", stage: .sender)),
            ("MAIL", "550-no\r\n550 5.7.1 no\r\n", SMTPReply(code: 550, enhancedCode: "5.7.1", stage: .sender)),
            ("RCPT", "450 4.2.1 grey\r\n", SMTPReply(code: 450, enhancedCode: "4.2.1", stage: .recipient)),
            ("DATA", "554 5.5.1 no\r\n", SMTPReply(code: 554, enhancedCode: "5.5.1", stage: .content)),
            (".", "552 5.3.4 too big\r\n", SMTPReply(code: 552, enhancedCode: "5.3.4", stage: .content)),
        ]
    )
    func placed(command: String, answer: String, reply: SMTPReply) async throws {
        var answers = Self.good
        answers[command] = answer
        let server = try server(answers)
        defer { server.stop() }
        #expect(try await client(server).submit(submission()) == reply)
    }

    @Test("A greeting that turns everybody away is no word about the mail", arguments: [421, 554])
    func greeting(code: Int) async throws {
        let server = try server([:], greeting: "\(code) go away\r\n")
        defer { server.stop() }
        let reply = try await client(server).submit(submission())
        #expect(reply == SMTPReply(code: code, stage: .opening))
    }

    @Test("A server that does not answer our good-bye holds up nobody", arguments: ["RCPT", "."])
    func farewell(command: String) async throws {
        var answers = Self.good
        answers[command] = "550 no\r\n"
        answers["QUIT"] = nil
        let mail = try server(answers)
        let web = try LoopbackServer()
        defer {
            mail.stop()
            web.stop()
        }
        let thread = try OutboundThread()
        let start = ContinuousClock.now
        #expect(try await client(mail, on: thread).submit(submission()).code == 550)
        let call = HTTPCall("GET", "\(web.base)/echo", allowing: [.plain, .internalAddress])
        #expect(try await HTTPClient(on: thread).send(call).status == 200)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("A kept connection to a server that no longer answers holds up nobody at the end")
    func end() async throws {
        var answers = Self.good
        answers["QUIT"] = nil
        let server = try server(answers)
        defer { server.stop() }
        let start = ContinuousClock.now
        do {
            #expect(try await client(server).submit(submission()).verdict == .accepted)
        }
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("A mail whose task is cancelled is dropped, and the server does not take its beginning for the whole")
    func cancellation() async throws {
        let heard = Mutex<[String]>([])
        let server = try LoopbackListener { connection in
            LoopbackListener.send("220 hi\r\n", to: connection)
            while let line = LoopbackListener.line(from: connection) {
                heard.withLock { $0.append(line) }
                // After the command for the recipient it says nothing more.
                if !line.hasPrefix("RCPT") { LoopbackListener.send("250 ok\r\n", to: connection) }
            }
            heard.withLock { $0.append("end") }
        }
        defer { server.stop() }
        let client = try client(server)
        let submission = try submission()
        let start = ContinuousClock.now
        let task = Task { try await client.submit(submission) }
        while !heard.withLock({ $0.contains { $0.hasPrefix("RCPT") } }) { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        while heard.withLock({ $0.last != "end" }) { await Task.yield() }
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(heard.withLock { $0.dropLast().last?.hasPrefix("RCPT") == true })
    }

    @Test("A server that offers no login gets no mail from whoever has one")
    func noLogin() async throws {
        let server = try server(Self.good)
        defer { server.stop() }
        var configuration = SMTPClient.Configuration(host: "127.0.0.1", port: server.port, security: .none)
        configuration.allowing = [.plain, .internalAddress]
        configuration.login = SMTPClient.Login(user: "me", password: "pw")
        let client = try SMTPClient(configuration)
        let error = await #expect(throws: OutboundError.self) { try await client.submit(submission()) }
        #expect(error == OutboundError(.login))
    }

    @Test("An error's text shows no address")
    func redaction() async throws {
        let error = try await failure(["EHLO": "drop"])
        var dumped = ""
        dump(error, to: &dumped)
        dump(try MailAddress("secret@there.test"), to: &dumped)
        for text in ["\(error)", String(reflecting: error), dumped, "\(try MailAddress("secret@there.test"))"] {
            #expect(!text.contains("secret") && !text.contains("there.test"))
        }
    }

    @Test(
        "Nothing that could end an envelope early is an address",
        arguments: [
            "", "@", "a", "a@", "@b", "a@b@c", "a b@c.test", "a@c.test>", "<a@c.test", "a@c.test\r\nRCPT TO:<x@y.test>",
            "a@c.test\n", "a\r@c.test", "a@c.test\u{0}", "a\u{85}@c.test", "a\u{2028}@c.test", "a@c\u{2029}.test",
            "\"a b\"@c.test", ".a@c.test", "a.@c.test", "a..b@c.test", "a@c..test", "a@-c.test", "a@c-.test",
            "a@[127.0.0.1]",
            "ä@c.test", "a@ä.test", "a,b@c.test", "a@c.test,b@c.test", "a:b@c.test", "a@c.test SIZE=1", "a@c_d.test",
            String(repeating: "a", count: 65) + "@c.test", "a@" + String(repeating: "b", count: 64) + ".test",
            "a@" + String(repeating: "b.", count: 126) + "ccc",
        ]
    )
    func addresses(text: String) {
        #expect(throws: OutboundError(.mailbox)) { try MailAddress(text) }
    }

    @Test(
        "Ordinary and unusual addresses are",
        arguments: [
            "a@b", "first.last+tag@mail.example.test", "o'neil@example.test", "a@xn--bcher-kva.test",
            "!#$%&'*+-/=?^_`{|}~@b.test",
            "a@" + String(repeating: "b.", count: 124) + "ccc",
        ]
    )
    func goodAddresses(text: String) throws {
        #expect(try MailAddress(text).text == text)
    }

    @Test(
        "A mail that could be taken for two is not sent",
        arguments: [
            "", "no end", "a\nb\r\n", "a\rb\r\n", "a\r\r\nb\r\n", "a\n.\nMAIL FROM:<x>\r\n", "a\u{0}\r\n", "ü\r\n",
            String(repeating: "x", count: 999) + "\r\n", "a\r\n\r",
        ]
    )
    func messages(text: String) throws {
        var submission = try submission()
        submission.message = Array(text.utf8)
        #expect(throws: OutboundError(.content)) { try submission.validate() }
    }

    @Test("A line of 998 bytes is within the limit, nobody to write to is not")
    func edges() throws {
        var submission = try submission()
        submission.message = Array((String(repeating: "x", count: 998) + "\r\n").utf8)
        try submission.validate()
        submission.recipients = []
        #expect(throws: OutboundError(.content)) { try submission.validate() }
    }

    @Test("A configuration that would send a login in the clear, or cannot work, is refused")
    func configurations() {
        func code(_ change: (inout SMTPClient.Configuration) -> Void) -> OutboundError.Code? {
            var configuration = SMTPClient.Configuration(host: "mail.test")
            change(&configuration)
            do {
                _ = try SMTPClient(configuration)
                return nil
            } catch {
                return (error as? OutboundError)?.code
            }
        }
        let login = SMTPClient.Login(user: "me", password: "pw")
        #expect(code { $0.login = login } == nil)
        #expect(code { $0.security = .none } == .plain)
        #expect(code { ($0.security, $0.allowing) = (.opportunistic, []) } == .plain)
        #expect(
            code { ($0.security, $0.allowing, $0.login) = (.opportunistic, [.plain, .internalAddress], login) }
                == .plain
        )
        #expect(code { ($0.security, $0.allowing, $0.login) = (.none, .plain, login) } == .plain)
        #expect(code { ($0.security, $0.allowing, $0.login) = (.none, [.plain, .internalAddress], login) } == nil)
        for host in ["", "a b", "a/b", "a\r\nb", "[::1", "[x]", "a:1", "me@b", "ü.test"] {
            #expect(code { $0.host = host } == .url, "\(host)")
        }
        for port in [0, -1, 65_536] { #expect(code { $0.port = port } == .url) }
        for name in ["", "a\r\nMAIL", "a b"] { #expect(code { $0.clientName = name } == .url) }
        for text in ["a\u{0}b", "a\r\n", "a\u{2028}"] {
            #expect(code { $0.login = .init(user: text, password: "x") } == .header)
            #expect(code { $0.login = .init(user: "x", password: text) } == .header)
        }
    }
}
