import Foundation
import Outbound
import TestKit
import Testing

struct WebhookSignatureTests {
    /// The vector that the public libraries of the specification test themselves with.
    private static let published = (
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330,
        body: Array(#"{"test": 2432232314}"#.utf8), signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )

    private func code(_ body: () throws -> Void) -> WebhookError.Code? {
        #expect(throws: WebhookError.self, performing: body)?.code
    }

    @Test("The published vector is signed as published, and believed")
    func vector() throws {
        let given = Self.published
        let secret = try WebhookSecret(given.secret)
        let headers = try WebhookSignature.headers(
            id: given.id,
            timestamp: given.timestamp,
            body: given.body,
            secrets: [secret]
        )
        #expect(headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(headers.map(\.value) == [given.id, "1614265330", given.signature])
        try WebhookSignature.verify(headers: headers, body: given.body, secrets: [secret], now: given.timestamp)
    }

    @Test("A second implementation agrees, for one secret and for two", arguments: [1, 2, 3])
    func secondImplementation(count: Int) throws {
        let secrets = (0..<count).map { _ in WebhookSecret.random() }
        let body = Array("{\"ü\":\"\\u0000\\r\\n\"}".utf8)
        let headers = try WebhookSignature.headers(
            id: "evt_1-A",
            timestamp: 1_795_384_643,
            body: body,
            secrets: secrets
        )
        let script = """
            import base64, hashlib, hmac, json, sys
            given = json.load(sys.stdin)
            signed = f"{given['id']}.{given['time']}.".encode() + base64.b64decode(given["body"])
            print(" ".join("v1," + base64.b64encode(hmac.new(base64.b64decode(s.removeprefix("whsec_")), signed,
                hashlib.sha256).digest()).decode() for s in given["secrets"]))
            """
        let input = try JSONSerialization.data(withJSONObject: [
            "id": "evt_1-A", "time": "1795384643", "body": Data(body).base64EncodedString(),
            "secrets": secrets.map(\.revealed),
        ])
        let theirs = try Python.run(script, input: input).trimmingCharacters(in: .newlines)
        #expect(headers[2].value == theirs)
    }

    @Test("While a secret rotates, whoever knows the old or the new one believes the webhook")
    func rotation() throws {
        let (old, new, other) = (WebhookSecret.random(), WebhookSecret.random(), WebhookSecret.random())
        let headers = try WebhookSignature.headers(id: "a", timestamp: 100, body: [1], secrets: [new, old])
        #expect(headers[2].value.split(separator: " ").count == 2)
        for known in [[old], [new], [other, old]] {
            try WebhookSignature.verify(headers: headers, body: [1], secrets: known, now: 100)
        }
        #expect(
            code { try WebhookSignature.verify(headers: headers, body: [1], secrets: [other], now: 100) } == .signature
        )
    }

    @Test("Anything changed, late, early, cut or missing is not believed")
    func disbelief() throws {
        let secret = WebhookSecret.random()
        let headers = try WebhookSignature.headers(id: "a", timestamp: 1000, body: [1, 2], secrets: [secret])
        func verdict(
            _ change: (inout [(name: String, value: String)]) -> Void = { _ in },
            body: [UInt8] = [1, 2],
            now: Int = 1000
        ) -> WebhookError.Code? {
            var headers = headers
            change(&headers)
            return code { try WebhookSignature.verify(headers: headers, body: body, secrets: [secret], now: now) }
        }
        #expect(verdict(body: [1, 3]) == .signature)
        #expect(verdict({ $0[0].value = "b" }) == .signature)
        #expect(verdict({ $0[1].value = "1001" }) == .signature)
        #expect(verdict({ $0[2].value.removeLast(2) }) == .signature)
        #expect(verdict({ $0[2].value = "v1," }) == .signature)
        #expect(verdict({ $0[2].value = $0[2].value.replacing("v1,", with: "v2,") }) == .signature)
        #expect(verdict({ $0[1].value = "hello" }) == .timestamp)
        #expect(verdict({ $0[1].value = "+1000" }) == .timestamp)
        for index in 0..<3 { #expect(verdict({ $0.remove(at: index) }) == .header) }
        #expect(verdict(now: 1301) == .tooOld)
        #expect(verdict(now: 699) == .tooNew)
        try WebhookSignature.verify(headers: headers, body: [1, 2], secrets: [secret], now: 1300)
        try WebhookSignature.verify(
            headers: headers.map { ($0.name.uppercased(), "\($0.value)") },
            body: [1, 2],
            secrets: [secret],
            now: 700
        )
    }

    @Test("Ids that could move the dots are not signed", arguments: ["", "a.b", "a b", "a\r\nb", "ü", "a\u{2028}"])
    func ids(id: String) {
        #expect(
            code { _ = try WebhookSignature.headers(id: id, timestamp: 1, body: [], secrets: [.random()]) } == .id
        )
    }

    @Test("Without a secret nothing is signed")
    func noSecret() {
        #expect(code { _ = try WebhookSignature.headers(id: "a", timestamp: 1, body: [], secrets: []) } == .noSecret)
    }

    @Test("A secret has 24 to 64 bytes", arguments: [0, 23, 24, 64, 65])
    func sizes(count: Int) {
        let text = "whsec_" + Data(repeating: 7, count: count).base64EncodedString()
        if (24...64).contains(count) {
            #expect((try? WebhookSecret(text))?.revealed == text)
        } else {
            #expect(code { _ = try WebhookSecret(text) } == .secret)
        }
    }

    @Test(
        "A secret is no other text",
        arguments: ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64!"]
    )
    func noSecrets(text: String) {
        #expect(code { _ = try WebhookSecret(text) } == .secret)
    }

    @Test("A secret is shown by nothing but its own word")
    func redaction() throws {
        let secret = try WebhookSecret(Self.published.secret)
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(!text.contains("MfKQ"))
        }
        #expect(secret.revealed == Self.published.secret)
        #expect(WebhookSecret.random().revealed != WebhookSecret.random().revealed)
    }
}
