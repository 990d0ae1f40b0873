import Foundation
import TestKit
import Testing

@testable import Outbound

@Suite(.enabled(if: MailSink.isInstalled, "python3-aiosmtpd is not installed"))
struct SMTPClientTests {
    private static let message = Array("Subject: hi\r\n\r\n.\r\n..two\r\n.\r\n".utf8)

    private func configuration(
        _ sink: MailSink,
        _ security: SMTPClient.Security = .none,
        trusted: Bool = true
    ) throws -> SMTPClient.Configuration {
        var configuration = SMTPClient.Configuration(host: "localhost", port: sink.port, security: security)
        configuration.allowing =
            security == .none || security == .opportunistic ? [.plain, .internalAddress] : .internalAddress
        if trusted { configuration.caFile = try TestAuthority.shared.get().caFile }
        return configuration
    }

    private func submission(to names: [String] = ["you"], message: [UInt8] = message) throws -> MailSubmission {
        MailSubmission(
            from: try MailAddress("bounce@sender.test"),
            to: try names.map { try MailAddress("\($0)@there.test") },
            message: message
        )
    }

    @Test("A mail arrives as it was given, dots and all, with its envelope")
    func delivery() async throws {
        let sink = try MailSink()
        defer { sink.stop() }
        let client = try SMTPClient(configuration(sink))
        let reply = try await client.submit(submission(to: ["one", "two"]))
        #expect(reply == SMTPReply(code: 250, enhancedCode: "2.0.0", stage: .content))
        #expect(reply.verdict == .accepted)
        let mail = try #require(await sink.mails(1).first)
        #expect(mail.sender == "bounce@sender.test")
        #expect(mail.recipients == ["one@there.test", "two@there.test"])
        #expect(mail.message.flatMap { Data(base64Encoded: $0) } == Data(Self.message))
    }

    @Test("The empty sender is written as such")
    func emptySender() async throws {
        let sink = try MailSink()
        defer { sink.stop() }
        var submission = try submission()
        submission.sender = nil
        #expect(try await SMTPClient(configuration(sink)).submit(submission).verdict == .accepted)
        #expect(await sink.mails(1).first?.sender == "<>")
    }

    @Test("Mails one after the other share a connection")
    func reuse() async throws {
        let sink = try MailSink()
        defer { sink.stop() }
        let client = try SMTPClient(configuration(sink))
        for _ in 0..<5 { #expect(try await client.submit(submission()).verdict == .accepted) }
        let mails = await sink.mails(5)
        #expect(mails.count == 5)
        #expect(Set(mails.map(\.peer)).count == 1)
        #expect(sink.events("hello").count == 1)
    }

    @Test("Two hundred mails at once all arrive, over no more connections than may be under way")
    func concurrency() async throws {
        let sink = try MailSink()
        defer { sink.stop() }
        let client = try SMTPClient(configuration(sink))
        try await withThrowingTaskGroup(of: SMTPReply.self) { group in
            for index in 0..<200 {
                group.addTask { try await client.submit(submission(to: ["u\(index)"])) }
            }
            for try await reply in group { #expect(reply.verdict == .accepted) }
        }
        let mails = await sink.mails(200)
        #expect(Set(mails.flatMap { $0.recipients ?? [] }).count == 200)
        #expect(Set(mails.map(\.peer)).count <= 8)
    }

    @Test(
        "A refusal says of what, with which code, and whether to try again",
        arguments: [
            (["busy"], "", SMTPReply(code: 451, enhancedCode: "4.3.0", stage: .recipient), SMTPReply.Verdict.transient),
            (["gone"], "", SMTPReply(code: 550, enhancedCode: "5.1.1", stage: .recipient), .permanent),
            (["you", "gone"], "", SMTPReply(code: 550, enhancedCode: "5.1.1", stage: .recipient), .permanent),
            (
                ["you"], "452 4.2.2 mailbox full", SMTPReply(code: 452, enhancedCode: "4.2.2", stage: .content),
                .transient
            ),
            (["you"], "554 no thanks", SMTPReply(code: 554, enhancedCode: nil, stage: .content), .permanent),
        ]
    )
    func refusals(names: [String], verdict: String, reply: SMTPReply, kind: SMTPReply.Verdict) async throws {
        let sink = try MailSink()
        defer { sink.stop() }
        let client = try SMTPClient(configuration(sink))
        let header = verdict.isEmpty ? "" : "X-Verdict: \(verdict)\r\n"
        let given = try await client.submit(submission(to: names, message: Array("\(header)\r\nx\r\n".utf8)))
        #expect(given == reply)
        #expect(given.verdict == kind)
        // The next mail is none the worse for it.
        #expect(try await client.submit(submission()).verdict == .accepted)
        #expect(await sink.mails(1).count == 1)
    }

    @Test(
        "Encryption and login, in each of the ways",
        arguments: [SMTPClient.Security.required, .implicit, .opportunistic]
    )
    func encrypted(security: SMTPClient.Security) async throws {
        // The server takes logins over TLS that it knows of, which is STARTTLS only.
        let login = security == .required ? ("me", "p\"w ü") : nil
        let sink = try MailSink(tls: security == .implicit ? .implicit : .offered, login: login)
        defer { sink.stop() }
        var configuration = try configuration(sink, security)
        configuration.login = login.map { SMTPClient.Login(user: $0.0, password: $0.1) }
        let client = try SMTPClient(configuration)
        for _ in 0..<2 { #expect(try await client.submit(submission()).verdict == .accepted) }
        let mails = await sink.mails(2)
        #expect(mails.allSatisfy { $0.isEncrypted == true })
        #expect(sink.events("login").map(\.user) == (login == nil ? [] : ["me"]))
    }

    @Test("A server that nobody vouches for gets neither login nor mail")
    func untrusted() async throws {
        let sink = try MailSink(tls: .offered)
        defer { sink.stop() }
        for security in [SMTPClient.Security.required, .opportunistic] {
            let client = try SMTPClient(configuration(sink, security, trusted: false))
            let error = await #expect(throws: OutboundError.self) { try await client.submit(submission()) }
            #expect(error?.code == .tls)
        }
        #expect(sink.events("mail").isEmpty)
    }

    @Test("Where encryption is required and not offered nothing is said about the mail, on a kept connection neither")
    func downgrade() async throws {
        let sink = try MailSink()
        defer { sink.stop() }
        let lanes = [try OutboundThread()]
        let lax = try SMTPClient(configuration(sink, .opportunistic), on: lanes)
        let strict = try SMTPClient(configuration(sink, .required), on: lanes)
        #expect(try await lax.submit(submission()).verdict == .accepted)
        let error = await #expect(throws: OutboundError.self) { try await strict.submit(submission()) }
        #expect(error?.code == .tls)
        #expect(error?.mayHaveActed == false)
        #expect(await sink.mails(1).count == 1)
    }

    @Test("A wrong password is a refusal of the login and of nothing else")
    func wrongLogin() async throws {
        let sink = try MailSink(tls: .offered, login: ("me", "right"))
        defer { sink.stop() }
        var configuration = try configuration(sink, .required)
        configuration.login = SMTPClient.Login(user: "me", password: "wrong")
        let reply = try await SMTPClient(configuration).submit(submission())
        #expect(reply.code == 535)
        #expect(reply.stage == .login)
        #expect(sink.events("mail").isEmpty)
    }

    @Test("A mail server inside is refused like any other target, unless it is marked")
    func guarded() async throws {
        let sink = try LoopbackListener()
        defer { sink.stop() }
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            var configuration = SMTPClient.Configuration(host: host, port: sink.port, security: .required)
            configuration.timeout = .seconds(10)
            let client = try SMTPClient(configuration)
            let error = await #expect(throws: OutboundError.self) { try await client.submit(submission()) }
            #expect(error?.refusal == AddressRefusal(.loopback))
        }
        #expect(sink.accepted == 0)
    }
}
