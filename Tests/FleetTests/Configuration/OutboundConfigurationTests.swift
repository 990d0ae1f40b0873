import Foundation
import Outbound
import Testing

@testable import Fleet

@Suite("The configuration of mail and of calls to the outside")
struct OutboundConfigurationTests {
    private func load(_ values: [String: String], environment: [String: String] = [:]) throws -> FleetConfiguration {
        try FleetConfiguration.load(environment: environment, flags: values)
    }

    private func fault(_ values: [String: String], environment: [String: String] = [:]) throws -> ConfigurationError {
        try #require(throws: ConfigurationError.self) { try load(values, environment: environment) }
    }

    private static let relay = ["mail.host": "relay.example", "mail.from": "privacy@processor.example"]

    @Test("Without a relay there is no mail, and calls have their defaults")
    func defaults() throws {
        let configuration = try load([:])
        #expect(configuration.mail == nil)
        #expect(configuration.outbound.timeout == .seconds(20))
        #expect(configuration.outbound.caFile == nil)
        #expect(configuration.outbound.proxy == nil)
        #expect(configuration.outbound.referenceBase == nil)
    }

    @Test("A relay and an address are enough, and nothing goes out without TLS")
    func least() throws {
        let mail = try #require(try load(Self.relay).mail)
        #expect(mail.server.host == "relay.example")
        #expect(mail.server.port == 587)
        #expect(mail.server.security == .required)
        #expect(mail.server.allowing == [])
        #expect(mail.server.login == nil)
        #expect(mail.server.connections == 4)
        #expect(mail.server.clientName == "processor.example")
        #expect(mail.replyTo.text == "privacy@processor.example")
        #expect(mail.bouncesTo.text == "privacy@processor.example")
        #expect(mail.messageIDDomain == "processor.example")
        #expect(mail.inFlight == 8)
        #expect(mail.perSecond == nil)
    }

    @Test("Every key of mail has its place")
    func all() throws {
        let values = [
            "mail.host": "::1", "mail.port": "2525", "mail.security": "none", "mail.user": "me",
            "mail.from": "a@b.example",
            "mail.from_name": "Privacy", "mail.reply_to": "c@d.example", "mail.bounces_to": "e@f.example",
            "mail.message_id_domain": "g.example", "mail.connections": "2", "mail.in_flight": "3",
            "mail.per_second": "5",
            "mail.internal": "true", "mail.ca_file": "/ca.pem",
        ]
        let configuration = try load(values, environment: ["HABEAS_MAIL_PASSWORD": "canary"])
        let mail = try #require(configuration.mail)
        #expect(mail.server.host == "[::1]")
        #expect(mail.server.port == 2525)
        #expect(mail.server.security == .none)
        #expect(mail.server.allowing == [.internalAddress, .plain])
        #expect(mail.server.login?.password == "canary")
        #expect(mail.from.name == "Privacy")
        #expect(mail.from.address.text == "a@b.example")
        #expect(mail.replyTo.text == "c@d.example")
        #expect(mail.bouncesTo.text == "e@f.example")
        #expect(mail.messageIDDomain == "g.example")
        #expect(mail.server.connections == 2)
        #expect(mail.inFlight == 3)
        #expect(mail.perSecond == 5)
        #expect(mail.server.caFile == "/ca.pem")
        #expect(!"\(configuration) \(mail) \(configuration.outbound)".contains("canary"))
    }

    @Test(
        "The port follows the kind of TLS",
        arguments: [("implicit", 465), ("required", 587), ("opportunistic", 25), ("none", 25)]
    )
    func ports(security: String, port: Int) throws {
        let values = Self.relay.merging(["mail.security": security, "mail.internal": "true"]) { _, new in new }
        #expect(try load(values).mail?.server.port == port)
    }

    @Test(
        "What does not go together is said, with what to do",
        arguments: [
            (["mail.host": "relay.example"], "mail.from", "set mail.from"),
            (["mail.from": "a@b.example"], "mail.from", "set mail.host"),
            (["mail.user": "me"], "mail.user", "set mail.host"),
            (relay.merging(["mail.user": "me"]) { $1 }, "mail.user", "set mail.password"),
            (relay.merging(["mail.security": "none"]) { $1 }, "mail.security", "mail.internal"),
            (relay.merging(["mail.security": "opportunistic"]) { $1 }, "mail.security", "mail.internal"),
            (relay.merging(["mail.security": "tls"]) { $1 }, "mail.security", "implicit"),
            (relay.merging(["mail.internal": "yes"]) { $1 }, "mail.internal", "true or false"),
            (relay.merging(["mail.host": "smtp://relay.example"]) { $1 }, "mail.host", "without scheme"),
            (relay.merging(["mail.host": "relay.example:25"]) { $1 }, "mail.host", "without scheme"),
            (relay.merging(["mail.from": "Privacy <a@b.example>"]) { $1 }, "mail.from", "local@domain"),
            (relay.merging(["mail.from_name": String(repeating: "n", count: 101)]) { $1 }, "mail.from_name", "short"),
            (relay.merging(["mail.message_id_domain": "a b"]) { $1 }, "mail.message_id_domain", "mail.example.com"),
            (["outbound.reference_base": "http://p.example/"], "outbound.reference_base", "https"),
            (["outbound.reference_base": "https://u:canary@p.example/"], "outbound.reference_base", "https"),
            (["outbound.reference_base": "https://p.example/?a=canary"], "outbound.reference_base", "https"),
            (["outbound.reference_base": "https://p.example/#canary"], "outbound.reference_base", "https"),
            (["outbound.reference_base": "https://p.example/\u{2028}"], "outbound.reference_base", "https"),
            (["outbound.reference_base": "p.example"], "outbound.reference_base", "https"),
            (["outbound.proxy": "socks5://proxy.example"], "outbound.proxy", "host and port"),
            (["outbound.proxy": "http://proxy.example:3128/canary"], "outbound.proxy", "host and port"),
            (["outbound.timeout_seconds": "0"], "outbound.timeout_seconds", "such a number"),
        ] as [([String: String], String, String)]
    )
    func contradictions(values: [String: String], key: String, remedy: String) throws {
        let error = try fault(values)
        #expect(error.key == key)
        #expect(error.remedy.contains(remedy), "\(error)")
        #expect(!error.description.contains("canary"))
    }

    @Test("A login is not given to a relay that may leave TLS out, nor a password without a user")
    func logins() throws {
        let environment = ["HABEAS_MAIL_PASSWORD": "canary"]
        let open = Self.relay.merging(["mail.security": "opportunistic", "mail.internal": "true", "mail.user": "me"]) {
            $1
        }
        #expect(try fault(open, environment: environment).key == "mail.user")
        let alone = try fault(Self.relay, environment: environment)
        #expect(alone.key == "mail.password")
        #expect(!alone.description.contains("canary"))
    }

    @Test("A password stands in no flag and in no file")
    func password() throws {
        let error = try fault(Self.relay.merging(["mail.user": "me", "mail.password": "canary"]) { $1 })
        #expect(error.key == "mail.password")
        #expect(error.remedy.contains("file:/path"))
        #expect(!error.description.contains("canary"))
        let proxy = try fault(["outbound.proxy": "http://me:canary@proxy.example:3128"])
        #expect(proxy.key == "outbound.proxy")
        #expect(!proxy.description.contains("canary"))
    }

    @Test("A proxy's login is taken out of its URL, percent signs resolved")
    func proxy() throws {
        let given = ["HABEAS_OUTBOUND_PROXY": "http://me:p%40ss@proxy.example:3128/"]
        let proxy = try #require(try load([:], environment: given).outbound.proxy)
        #expect(proxy.url == "http://proxy.example:3128")
        #expect(proxy.login?.user == "me")
        #expect(proxy.login?.password == "p@ss")
        #expect(try load(["outbound.proxy": "https://proxy.example"]).outbound.proxy?.login == nil)
    }

    @Test(
        "The base of references has no slash at its end",
        arguments: [
            ("https://p.example", "https://p.example"), ("https://p.example/", "https://p.example"),
            ("https://p.example:8443/habeas//", "https://p.example:8443/habeas"),
            ("http://127.0.0.1:9416", "http://127.0.0.1:9416"),
            ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
        ]
    )
    func base(text: String, kept: String) throws {
        #expect(try load(["outbound.reference_base": text]).outbound.referenceBase == kept)
    }

    @Test("Services say at the start when a file of authorities is not there")
    func authorities() async throws {
        for key in ["outbound.ca_file", "mail.ca_file"] {
            let configuration = try load(Self.relay.merging([key: "/nowhere/ca.pem"]) { $1 })
            let error = try #require(throws: ConfigurationError.self) {
                try OutboundServices(configuration, publisher: nil, logger: RuntimeFixture.quiet)
            }
            #expect(error.key == key)
        }
        let services = try OutboundServices(try load(Self.relay), publisher: nil, logger: RuntimeFixture.quiet)
        #expect(services.mail != nil)
        await services.close()
        let without = try OutboundServices(try load([:]), publisher: nil, logger: RuntimeFixture.quiet)
        #expect(without.mail == nil)
        await without.close()
    }

    @Test("The operations paper has the table of keys as the code says it")
    func paper() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let paper = try String(contentsOfFile: "\(root)/deploy/operations.md", encoding: .utf8)
        #expect(paper.contains(ConfigurationKey.markdown))
    }
}
