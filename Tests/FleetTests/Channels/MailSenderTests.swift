import Foundation
import Outbound
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("Mail to clients and people")
struct MailSenderTests {
    private static let id = UUID(uuidString: "0198C1DE-7A10-7C3E-9B7A-000000000002")!
    private static let content = MailContent(
        subject: "A request, für Sie",
        text: "Good day,\n\nplease decide.\n",
        html: "<!DOCTYPE html><p>Good day,</p><p>please decide.</p>",
        locale: "de-DE"
    )

    private static func configuration(_ sink: MailSink, _ more: [String: String] = [:]) throws -> MailConfiguration {
        let flags = [
            "mail.host": "127.0.0.1", "mail.port": "\(sink.port)", "mail.security": "none", "mail.internal": "true",
            "mail.from": "privacy@processor.example", "mail.from_name": "Prüfer, \"Privacy\"",
            "mail.reply_to": "answers@processor.example", "mail.bounces_to": "bounces@processor.example",
            "mail.message_id_domain": "mail.processor.example",
        ]
        let merged = flags.merging(more) { _, new in new }
        return try #require(try FleetConfiguration.load(environment: [:], flags: merged).mail)
    }

    private func with(_ body: (MailSink, MailSender) async throws -> Void) async throws {
        let sink = try MailSink()
        defer { sink.stop() }
        let configuration = try Self.configuration(sink)
        let client = try SMTPClient(configuration.server)
        try await body(sink, MailSender(configuration, client: client))
        await client.close()
    }

    private func text(_ mail: MailSink.Event) throws -> String {
        let letters = try #require(mail.message)
        return String(decoding: try #require(Data(base64Encoded: letters)), as: UTF8.self)
    }

    @Test("A mail has our names in envelope and headers, and the same message id at every attempt")
    func headers() async throws {
        try await with { sink, sender in
            for _ in 0..<2 {
                let verdict = try await sender.send(Self.content, id: Self.id, to: ["ann@there.test"])
                #expect(verdict == .done(status: 250))
            }
            let mails = await sink.mails(2)
            #expect(mails.map(\.sender) == ["bounces@processor.example", "bounces@processor.example"])
            #expect(mails.map(\.recipients) == [["ann@there.test"], ["ann@there.test"]])
            for mail in mails {
                let text = try text(mail)
                #expect(
                    text.contains("\r\nMessage-ID: <0198c1de-7a10-7c3e-9b7a-000000000002@mail.processor.example>\r\n")
                )
                #expect(text.contains("<privacy@processor.example>\r\n"))
                #expect(text.contains("\r\nReply-To: answers@processor.example\r\n"))
                #expect(text.contains("\r\nTo: ann@there.test\r\n"))
                #expect(text.contains("\r\nAuto-Submitted: auto-generated\r\n"))
                #expect(text.contains("\r\nContent-Language: de-DE\r\n"))
                #expect(text.contains("multipart/alternative"))
            }
        }
    }

    @Test(
        "What the relay says has its verdict, and the address is in none of it",
        arguments: [
            ("busy@there.test", AttemptVerdict.retry("smtp_451", status: 451, blamesTarget: false)),
            ("gone@there.test", .refused("smtp_550", status: 550)),
        ]
    )
    func refusals(address: String, wanted: AttemptVerdict) async throws {
        try await with { sink, sender in
            let verdict = try await sender.send(Self.content, id: Self.id, to: ["ann@there.test", address])
            #expect(verdict == wanted)
            #expect(sink.events("mail").isEmpty)
        }
    }

    @Test("A refused login is the relay's failure and not this mail's")
    func login() async throws {
        let sink = try MailSink(tls: .offered, login: ("me", "right"))
        defer { sink.stop() }
        var configuration = try Self.configuration(sink)
        configuration.server.host = "localhost"
        configuration.server.security = .required
        configuration.server.caFile = try TestAuthority.shared.get().caFile
        configuration.server.login = .init(user: "me", password: "wrong")
        let client = try SMTPClient(configuration.server)
        let verdict = try await MailSender(configuration, client: client).send(
            Self.content,
            id: Self.id,
            to: ["a@b.test"]
        )
        #expect(verdict == .retry("smtp_535", status: 535, blamesTarget: true))
        await client.close()
    }

    @Test("A relay that is away may be back later")
    func away() async throws {
        let sink = try MailSink()
        let configuration = try Self.configuration(sink)
        sink.stop()
        let client = try SMTPClient(configuration.server)
        let verdict = try await MailSender(configuration, client: client).send(
            Self.content,
            id: Self.id,
            to: ["a@b.test"]
        )
        #expect(verdict.outcome == .retry)
        #expect(verdict.blamesTarget)
        await client.close()
    }

    /// Every way to end a line or a word early.
    private static let injections = [
        "\r\nBcc: eve@evil.test", "\nBcc: eve@evil.test", "\rRCPT TO:<eve@evil.test>", "\u{85}Bcc: eve@evil.test",
        "\u{2028}Bcc: eve@evil.test", "\u{2029}Bcc: eve@evil.test", "\0", "\u{7F}", "\u{B}", "\u{C}",
    ]

    @Test(
        "Nothing in a recipient, a subject or a locale reaches another header or another person",
        arguments: injections
    )
    func injection(text: String) async throws {
        try await with { sink, sender in
            for address in [
                "ann@there.test" + text, text + "ann@there.test", "ann" + text + "@there.test",
                "ann@there.test>" + text,
            ] {
                let verdict = try await sender.send(Self.content, id: Self.id, to: ["x@there.test", address])
                #expect(verdict.outcome == .refused)
                #expect(verdict.cause == "mailbox" || verdict.cause == "automatic_recipient")
            }
            for subject in [text, "A" + text, "A" + text + "B"] {
                var content = Self.content
                content.subject = subject
                #expect(try await sender.send(content, id: Self.id, to: ["ann@there.test"]) == .refused("header"))
            }
            var content = Self.content
            content.locale = "de" + text
            #expect(try await sender.send(content, id: Self.id, to: ["ann@there.test"]) == .refused("header"))
            // In the body it is text like any other.
            content = Self.content
            content.text = text + "\r\n.\r\nMAIL FROM:<eve@evil.test>\r\n"
            content.html = text
            #expect(try await sender.send(content, id: Self.id, to: ["ann@there.test"]).isDone)
            let mails = await sink.mails(1)
            #expect(mails.map(\.recipients) == [["ann@there.test"]])
            let head = try self.text(try #require(mails.first)).components(separatedBy: "\r\n\r\n")[0]
            #expect(!head.contains("evil"))
        }
    }

    @Test(
        "Nothing in the configuration does either: it is refused where it stands",
        arguments: [
            "mail.host", "mail.from", "mail.from_name", "mail.reply_to", "mail.bounces_to", "mail.message_id_domain",
            "mail.user",
            "mail.password",
        ],
        injections
    )
    func configured(key: String, text: String) throws {
        let sink = ["mail.host": "relay.test", "mail.from": "privacy@processor.example"]
        var environment = ["HABEAS_MAIL_USER": "me", "HABEAS_MAIL_PASSWORD": "p", "HABEAS_MAIL_FROM_NAME": "Privacy"]
        for (key, value) in sink { environment["HABEAS_" + key.uppercased().replacing(".", with: "_")] = value }
        let name = "HABEAS_" + key.uppercased().replacing(".", with: "_")
        #expect(throws: Never.self) { try FleetConfiguration.load(environment: environment) }
        environment[name] = (environment[name] ?? "x@y.test") + text
        let error = try #require(throws: ConfigurationError.self) {
            try FleetConfiguration.load(environment: environment)
        }
        #expect(error.key == key)
        #expect(error.place == name)
        #expect(!error.description.contains("evil"))
    }

    @Test(
        "Nobody is written to behind whom nobody reads",
        arguments: ["no-reply@there.test", "mailer-daemon@there.test", ""]
    )
    func automatic(address: String) async throws {
        try await with { sink, sender in
            let verdict = try await sender.send(Self.content, id: Self.id, to: ["ann@there.test", address])
            #expect(verdict == .refused("automatic_recipient"))
            #expect(try await sender.send(Self.content, id: Self.id, to: []) == .refused("no_recipient"))
            #expect(sink.events("mail").isEmpty)
        }
    }

    @Test("A channel of kind mail sends what the message says for mail, to the channel's addresses")
    func channel() async throws {
        try await with { sink, mail in
            let http = try HTTPClient()
            let sender = ChannelSender(
                http: http,
                mail: mail,
                publisher: nil,
                secrets: SecretStore(environment: [:], logger: RuntimeFixture.quiet),
                timeout: .seconds(10),
                referenceBase: nil
            )
            let channel = ClientChannel(.mail, name: "m", addresses: ["one@acme.test", "two@acme.test"])
            let sample = try ClientMessage.sample(id: Self.id, for: "acme", over: channel, at: Date())
            #expect(try await sender.send(sample, over: channel, publicKey: nil).isDone)
            let taken = try #require(await sink.mails(1).first)
            #expect(taken.recipients == ["one@acme.test", "two@acme.test"])
            #expect(try text(taken).contains("Test of the channel m"))
            let silent = try ClientMessage(id: Self.id, type: .channelTest, time: Date(), client: "acme") { _ in }
            #expect(try await sender.send(silent, over: channel, publicKey: nil) == .refused("no_mail_text"))
            await http.close()
        }
    }
}
