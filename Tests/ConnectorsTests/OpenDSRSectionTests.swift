import Fleet
import Rights
import Testing

@Suite("OpenDSR: what the data map says of a processor")
struct OpenDSRSectionTests {
    private func read(_ connector: String, _ more: String = "") throws -> DataSystem {
        let lines = connector.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        let text = "- id: vendor\n  kind: subprocessor\n"
        let body = (more + "connector:\n  kind: opendsr\n" + lines + "\n").split(separator: "\n").map { "  \($0)\n" }
        return try #require(SystemFile.entries(text + body.joined(), path: "map.yaml").first).system
    }

    @Test("everything that can be said is read")
    func whole() throws {
        let system = try read(
            """
            url: https://DSR.vendor.example/privacy/v2/
            auth: {kind: basic, user: habeas, password: "file:/run/secrets/vendor"}
            domains: [DSR.vendor.example]
            accepts: [controller_customer_id, "email:sha256", "email:sha1"]
            controller: acme-7
            authorities: /etc/habeas/vendor-ca.pem
            poll_every: 90
            callback: https://gateway.example/opendsr/vendor
            """
        )
        guard case .opendsr(let description) = system.connector else {
            Issue.record("no opendsr")
            return
        }
        #expect(description.url.hasSuffix("vendor.example/privacy/v2"))
        #expect(description.authentication == .basic(user: "habeas", password: "file:/run/secrets/vendor"))
        #expect(description.domains == ["dsr.vendor.example"])
        #expect(description.accepted == [.controllerCustomerID, .email])
        #expect(description.formats == [.email: [.sha256, .sha1]])
        #expect(description.controller == "acme-7")
        #expect(description.authorities == "/etc/habeas/vendor-ca.pem")
        #expect(description.pollEvery == 90)
        #expect(description.callback == "https://gateway.example/opendsr/vendor")
        #expect(system.verification == .signedAttestation)
    }

    @Test("without domains no signature counts, and its word is an attestation")
    func unsigned() throws {
        let system = try read("url: https://dsr.vendor.example/v1")
        #expect(system.verification == .attestation)
        #expect(system.connector.identities == [.controllerCustomerID, .email])
    }

    @Test(
        "each fault names its key, what is wrong and what helps",
        arguments: [
            ("url: https://dsr.vendor.example", "url"), ("url: https://dsr.vendor.example/v3", "url"),
            ("url: ftp://dsr.vendor.example/v2", "url"), ("url: https://u:p@dsr.vendor.example/v2", "url"),
            ("url: https://dsr.vendor.example/v2?a=b", "url"), ("url: http://dsr.vendor.example/v2", "connector"),
            ("url: https://a.example/v2\nauth: {kind: bearer, token: s3cret}", "token"),
            ("url: https://a.example/v2\nauth: {kind: digest}", "kind"),
            ("url: https://a.example/v2\nauth: {kind: basic, user: \"a:b\", password: \"env:P\"}", "user"),
            ("url: https://a.example/v2\nauth: {kind: header, name: \"X Key\", value: \"env:P\"}", "name"),
            ("url: https://a.example/v2\nauth: {kind: none, token: \"env:P\"}", "token"),
            ("url: https://a.example/v2\ndomains: [\"*.example\"]", "domains"),
            ("url: https://a.example/v2\ndomains: [\"https://a.example\"]", "domains"),
            ("url: https://a.example/v2\naccepts: [phone]", "accepts"),
            ("url: https://a.example/v2\naccepts: [\"email:sha512\"]", "accepts"),
            ("url: https://a.example/v2\nauthorities: /etc/ca.pem", "authorities"),
            ("url: https://a.example/v2\ndomains: [a.example]\nauthorities: ca.pem", "authorities"),
            ("url: https://a.example/v2\npoll_every: 0", "poll_every"),
            ("url: https://a.example/v2\ncallback: http://gateway.example/x", "callback"),
            ("url: https://a.example/v2\nsecret: x", "secret"),
        ]
    )
    func faults(connector: String, key: String) throws {
        let fault = #expect(throws: (any Error).self) { try read(connector) }
        let text = "\(try #require(fault))"
        #expect(text.contains(key), "\(text)")
        #expect(!text.contains("s3cret"))
    }

    @Test("one of our own may be spoken to in the clear")
    func own() throws {
        #expect(throws: Never.self) { try read("url: http://10.0.0.7:8099/v2", "internal: true\n") }
    }
}
