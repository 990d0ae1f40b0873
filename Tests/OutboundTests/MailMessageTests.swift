import Foundation
import Outbound
import TestKit
import Testing

struct MailMessageTests {
    /// What Python's `email` reads out of a mail, every defect being an error.
    private struct Reading: Decodable {
        struct Part: Decodable {
            let type: String
            let charset: String
            let content: String
        }
        let headers: [[String]]
        let from: [[String]]
        let to: [[String]]
        let date: Double
        let parts: [Part]
    }

    private static let reader = """
        import email, email.policy, json, sys
        raw = sys.stdin.buffer.read()
        policy = email.policy.SMTP.clone(raise_on_defect=True)
        mail = email.message_from_bytes(raw, policy=policy)
        assert not mail.defects
        for header in mail.values(): assert not header.defects, header.defects
        parts = [part for part in mail.walk() if not part.is_multipart()]
        print(json.dumps({
            "headers": [[name, str(value)] for name, value in mail.items()],
            "from": [[a.display_name, a.addr_spec] for a in mail["from"].addresses],
            "to": [[a.display_name, a.addr_spec] for a in mail["to"].addresses],
            "date": mail["date"].datetime.timestamp(),
            "parts": [{"type": part.get_content_type(), "charset": part.get_content_charset(),
                       "content": part.get_content().replace("\\r\\n", "\\n")} for part in parts],
        }))
        """

    private func mail(
        subject: String = "hello",
        text: String = "hello\n",
        html: String? = nil
    ) throws -> MailMessage {
        MailMessage(
            from: .init(try MailAddress("office@sender.test"), name: "The Office"),
            to: [.init(try MailAddress("you@there.test"))],
            subject: subject,
            date: Date(timeIntervalSince1970: 1_795_384_643.75),
            id: try MessageID("effect-1", at: "sender.test"),
            text: text,
            html: html
        )
    }

    /// Reads the mail back after looking at its lines.
    private func read(_ mail: MailMessage, longest: Int = 76) throws -> Reading {
        let bytes = try mail.encoded()
        try MailSubmission(from: nil, to: mail.to.map(\.address), message: bytes).check()
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= longest }, "\(lines.max { $0.count < $1.count } ?? "")")
        #expect(try mail.encoded() == bytes)
        return try JSONDecoder().decode(Reading.self, from: Data(Python.run(Self.reader, input: Data(bytes)).utf8))
    }

    private func value(_ name: String, _ reading: Reading) -> String? {
        let values = reading.headers.filter { $0[0] == name }.map { $0[1] }
        #expect(values.count <= 1)
        return values.first
    }

    @Test("A mail of text and HTML reads back as it was written")
    func alternatives() throws {
        var mail = try mail(
            subject: "Your request: what happens now",
            text: "Grüße,\n\n.dot\n--dash\nFrom here\ntrailing blank \ntab\t\n\n"
                + String(repeating: "long ", count: 100) + "\nend",
            html: "<!doctype html>\n<p style=\"color: red\">Grüße = 1 &amp; 2</p>\n"
        )
        mail.replyTo = .init(try MailAddress("answers@sender.test"), name: "Müller, \"Bob\" <x@y>")
        mail.inReplyTo = try MessageID("<question.1@there.test>")
        mail.headers = [("Content-Language", "de"), ("X-Note", "täglich")]
        let reading = try read(mail)
        #expect(value("Subject", reading) == mail.subject)
        #expect(value("Auto-Submitted", reading) == "auto-generated")
        #expect(value("Message-ID", reading) == "<effect-1@sender.test>")
        #expect(value("In-Reply-To", reading) == "<question.1@there.test>")
        #expect(value("References", reading) == "<question.1@there.test>")
        #expect(value("Content-Language", reading) == "de")
        #expect(value("X-Note", reading) == "täglich")
        #expect(value("MIME-Version", reading) == "1.0")
        #expect(reading.from == [["The Office", "office@sender.test"]])
        #expect(reading.to == [["", "you@there.test"]])
        #expect(reading.date == 1_795_384_643)
        #expect(reading.parts.map(\.type) == ["text/plain", "text/html"])
        #expect(reading.parts.allSatisfy { $0.charset == "utf-8" })
        #expect(reading.parts[0].content == mail.text + "\n")
        #expect(reading.parts[1].content == mail.html.map { $0 + "\n" })
    }

    @Test(
        "Text of any script and shape reads back as it was written",
        arguments: [
            "", "a", "ü", "日本語のお知らせ、" + String(repeating: "漢字", count: 200), "αβγ\nδ\r\nε\rζ",
            String(repeating: "x", count: 5000), String(repeating: "=", count: 200), String(repeating: "é", count: 77),
            "a\u{0}b\u{7}c\u{85}d\u{2028}e\u{FEFF}", "👩‍👩‍👧‍👦" + String(repeating: "👍🏽", count: 50), "\n\n\n", " ", "\t", ".",
            String(repeating: "y", count: 75) + " \n" + String(repeating: "z", count: 76) + "\n"
                + String(repeating: "z", count: 77),
        ]
    )
    func texts(text: String) throws {
        let reading = try read(mail(text: text))
        let normal = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        #expect(reading.parts.map(\.content) == [normal + "\n"] || reading.parts.map(\.content) == [normal])
        #expect(reading.parts.map(\.type) == ["text/plain"])
    }

    @Test(
        "Subjects of any script and length read back as they were written",
        arguments: [
            "a", "Datenschutzanfrage – was nun geschieht", "お客様のご依頼について" + String(repeating: "非常に長い", count: 30),
            String(repeating: "word ", count: 40) + "end", String(repeating: "w", count: 300),
            "=?utf-8?Q?not_encoded?=",
            "two  blanks", " around ", "a \"quoted\" <thing>; with: everything, (and) [more] \\", "?=", "👩‍👩‍👧‍👦👍🏽", "é",
            "a_b?c=d",
        ]
    )
    func subjects(subject: String) throws {
        #expect(try value("Subject", read(mail(subject: subject))) == subject)
    }

    @Test(
        "Names of any script and shape read back as they were written",
        arguments: [
            "Acme", "Acme Inc.", "Müller & Söhne", "O'Neil, Bob", "\"q\"", "back\\slash", "a <b@c.test>", "(comment)",
            "a@b.test",
            "=?utf-8?Q?x?=", "株式会社" + String(repeating: "長い", count: 40),
            String(repeating: "Long ", count: 30) + "Name",
            "semi; colon:",
        ]
    )
    func names(name: String) throws {
        var mail = try mail()
        mail.from.name = name
        mail.to = try [.init(MailAddress("one@there.test"), name: name), .init(MailAddress("two@there.test"))]
        let reading = try read(mail)
        // Python 3.11 leaves the blanks between the encoded words of a name, which RFC 2047 takes out.
        func bare(_ text: String) -> String { text.replacing(" ", with: "") }
        #expect(reading.from.map { $0.map(bare) } == [[bare(name), "office@sender.test"]])
        #expect(reading.to.map { $0.map(bare) } == [[bare(name), "one@there.test"], ["", "two@there.test"]])
    }

    @Test(
        "What could begin another header or the body is refused in every header",
        arguments: [
            "\r", "\n", "\r\nBcc: x@y.test", "\u{0}", "\u{B}", "\u{C}", "\u{1B}", "\u{7F}", "\u{85}", "\u{2028}",
            "\u{2029}",
        ]
    )
    func injection(bad: String) throws {
        let text = "a\(bad)b"
        let changes: [(inout MailMessage) throws -> Void] = [
            { $0.subject = text }, { $0.from.name = text }, { $0.to[0].name = text },
            { $0.replyTo = .init(try MailAddress("a@b.test"), name: text) }, { $0.headers = [("X-A", text)] },
            { $0.headers = [("X-A\(bad)", "b")] },
        ]
        for (index, change) in changes.enumerated() {
            var mail = try mail()
            try change(&mail)
            let changed = mail
            #expect(throws: OutboundError(.header), "\(index)") { try changed.encoded() }
        }
        #expect(throws: OutboundError(.content)) { try MessageID(text, at: "sender.test") }
        #expect(throws: OutboundError(.content)) { try MessageID("<a@b.test>\(bad)") }
        #expect(throws: OutboundError(.mailbox)) { try MailAddress("\(text)@b.test") }
    }

    @Test(
        "Headers that are composed here are nobody else's to set",
        arguments: ["Bcc", "TO", "subject", "Content-Type", "", "a b", "a:"]
    )
    func reserved(name: String) throws {
        var mail = try mail()
        mail.headers = [(name, "x")]
        let changed = mail
        #expect(throws: OutboundError(.header)) { try changed.encoded() }
    }

    @Test("Dates are written as the calendar has them", arguments: [0, 951_782_400, 4_107_542_399, -1, 1_795_384_643])
    func dates(seconds: Int) throws {
        var mail = try mail()
        mail.date = Date(timeIntervalSince1970: Double(seconds))
        #expect(try read(mail).date == Double(seconds))
    }

    @Test("The longest address stands on a line of its own")
    func longAddress() throws {
        var mail = try mail()
        let address = try MailAddress(
            String(repeating: "a", count: 60) + "@" + String(repeating: "b.", count: 90) + "test"
        )
        mail.to = [.init(address, name: "Somebody")]
        #expect(try read(mail, longest: 998).to == [["Somebody", address.text]])
    }
}

extension MailSubmission {
    /// Through the same door as everything that is sent.
    fileprivate func check() throws {
        var previous: UInt8 = 0
        for byte in message {
            #expect(byte < 0x80 && byte != 0 && (byte == 0x0A) == (previous == 0x0D))
            previous = byte
        }
    }
}
