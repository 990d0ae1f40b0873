import Crypto
import CryptoExtras
import Foundation
import Outbound
import SwiftASN1
import TestKit
import Testing
import X509

@testable import Sandbox

struct OpenDSRTests {
    static let id = "a7551968-d5d6-44b2-9831-815ac9017798"

    static func body(
        id: String = OpenDSRTests.id,
        type: String = "erasure",
        identity: (type: String, format: String) = ("email", "raw"),
        callback: String? = nil
    ) -> String {
        """
        {"regulation": "gdpr", "subject_request_id": "\(id)", "subject_request_type": "\(type)",
         "subject_identities": [{"identity_type": "\(identity.type)", "identity_value": "someone@example.com",
                                 "identity_format": "\(identity.format)"}],
         "submitted_time": "2026-11-02T15:00:00Z", "api_version": "2.0", "extensions": null, "unheard_of": {"a": [1]},
         "status_callback_urls": [\(callback.map { "\"\($0)\"" } ?? "")]}
        """
    }

    /// Whether the signature is one of the domain's certificate, and that one good for the domain.
    private func verify(
        _ body: [UInt8],
        _ headers: (String) -> String?,
        prefix: String = "X-OpenDSR",
        _ sandbox: RunningSandbox,
        name: String
    ) async throws -> Bool {
        let domain = try #require(headers("\(prefix)-Processor-Domain"))
        #expect(domain == "\(name).sandbox.test")
        let signature = try #require(Data(base64Encoded: headers("\(prefix)-Signature") ?? ""))
        let certificate = try Certificate(
            pemEncoded: try await sandbox.call("GET", "/opendsr/\(name)/certificate").text
        )
        #expect(try certificate.extensions.subjectAlternativeNames?.contains(.dnsName(domain)) == true)
        let key = try #require(_RSA.Signing.PublicKey(certificate.publicKey))
        return key.isValidSignature(
            _RSA.Signing.RSASignature(rawRepresentation: signature),
            for: SHA256.hash(data: body),
            padding: .insecurePKCS1v1_5
        )
    }

    @Test("Discovery tells what the processor supports and where its certificate is, signed")
    func discovery() async throws {
        try await RunningSandbox.run(
            script: "acme: {opendsr: {identities: ['email:sha256'], request_types: [erasure]}}"
        ) { sandbox in
            let reply = try await sandbox.call("GET", "/opendsr/acme/v2/discovery")
            #expect(reply.status == 200)
            let found = try reply.json
            #expect(found["api_version"] == .text("2.0"))
            #expect(found["supported_subject_request_types"] == .list([.text("erasure")]))
            #expect(found["supported_identities"]?[0]?["identity_format"] == .text("sha256"))
            #expect(found["supported_identities"]?[0]?["identity_type"] == .text("email"))
            let certificate = try #require(found["processor_certificate"]?.text)
            #expect(try await sandbox.call("GET", certificate).text.hasPrefix("-----BEGIN CERTIFICATE-----"))
            #expect(try await verify(reply.body, { reply.header($0) }, sandbox, name: "acme"))
        }
    }

    @Test("A request goes from pending to completed, told at every change and signed each time")
    func flow() async throws {
        try await RunningSandbox.run(
            .with { $0.keepsBodies = true },
            script: "acme: {opendsr: {pending_ms: 50, in_progress_ms: 50}}"
        ) { sandbox in
            let sent = Self.body(callback: "\(sandbox.base)/opendsr/caller/callbacks")
            let created = try await sandbox.call("POST", "/opendsr/acme/v2/requests", sent)
            #expect(created.status == 201)
            #expect(try created.json["subject_request_id"] == .text(Self.id))
            let echoed = try #require(try created.json["encoded_request"]?.text)
            #expect(Data(base64Encoded: echoed) == Data(sent.utf8))
            #expect(try await verify(created.body, { created.header($0) }, sandbox, name: "acme"))

            let path = "/opendsr/acme/v2/requests/\(Self.id)"
            #expect(
                try await eventually {
                    try await sandbox.call("GET", path).json["request_status"] == .text("completed")
                }
            )
            #expect(try await eventually { try await sandbox.report("caller")["calls"] == .whole(2) })
            let calls = try await sandbox.calls("caller")
            let bodies = try calls.map { try #require($0["body"]?.text) }
            let statuses = try bodies.map {
                try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8))["request_status"]
            }
            // They go out on their own, so the later one may come first.
            #expect(Set(statuses.compactMap { $0?.text }) == ["in_progress", "completed"])
            for (call, body) in zip(calls, bodies) {
                let headers: (String) -> String? = { call["headers"]?[$0.lowercased()]?.text }
                #expect(try await verify(Array(body.utf8), headers, sandbox, name: "acme"))
            }
            let report = try await sandbox.report("acme")
            #expect(report["callbacks"] == .object(["sent": .whole(2), "answered": .whole(2), "failed": .whole(0)]))
            #expect(report["distinct_ids"] == .whole(1))
        }
    }

    @Test("Another implementation verifies the signature, and that the certificate is issued by the authority")
    func secondImplementation() async throws {
        try await RunningSandbox.run { sandbox in
            let reply = try await sandbox.call("POST", "/opendsr/acme/v2/requests", Self.body())
            let folder = try TestFolder()
            defer { folder.remove() }
            try folder.write("body", reply.text)
            try folder.write("signature", try #require(reply.header("X-OpenDSR-Signature")))
            try folder.write("leaf.pem", try await sandbox.call("GET", "/opendsr/acme/certificate").text)
            try folder.write("authority.pem", try await sandbox.call("GET", "/authority").text)
            let script = """
                cd "$1" && openssl base64 -d -A -in signature -out raw && openssl x509 -in leaf.pem -pubkey -noout >key &&
                openssl dgst -sha256 -verify key -signature raw body &&
                openssl verify -CAfile authority.pem -verify_hostname acme.sandbox.test leaf.pem
                """
            let run = try await ShellRun.run(script, folder.path)
            #expect(run.status == 0, "\(run.output)")
            #expect(run.output.contains("Verified OK"))
            try folder.write("body", reply.text + " ")
            #expect(try await ShellRun.run(script, folder.path).status != 0)
        }
    }

    @Test("A wrong signature is wrong, on answers and on callbacks")
    func wrongSignature() async throws {
        try await RunningSandbox.run(.with { $0.keepsBodies = true }, script: "acme: {wrong_signature: true}") {
            sandbox in
            let sent = Self.body(callback: "\(sandbox.base)/opendsr/caller/callbacks")
            let created = try await sandbox.call("POST", "/opendsr/acme/v2/requests", sent)
            #expect(created.status == 201)
            #expect(try await !verify(created.body, { created.header($0) }, sandbox, name: "acme"))
            #expect(try await eventually { try await sandbox.report("caller")["acted"] == .whole(2) })
            let call = try await sandbox.calls("caller")[0]
            let body = Array(try #require(call["body"]?.text).utf8)
            #expect(
                try await !verify(body, { call["headers"]?[$0.lowercased()]?.text }, sandbox, name: "acme")
            )
        }
    }

    @Test("The older names are spoken, too")
    func older() async throws {
        try await RunningSandbox.run { sandbox in
            let created = try await sandbox.call("POST", "/opendsr/acme/v1/opengdpr_requests", Self.body())
            #expect(created.status == 201)
            #expect(created.header("X-OpenDSR-Signature") == nil)
            #expect(
                try await verify(
                    created.body,
                    { created.header($0) },
                    prefix: "X-OpenGDPR",
                    sandbox,
                    name: "acme"
                )
            )
            let status = try await sandbox.call("GET", "/opendsr/acme/v1/opengdpr_requests/\(Self.id)")
            #expect(try status.json["api_version"] == .text("1.0"))
            #expect(try await sandbox.call("GET", "/opendsr/acme/v1/discovery").json["api_version"] == .text("1.0"))
        }
    }

    @Test("A request is cancelled while it is pending, and not after")
    func cancellation() async throws {
        try await RunningSandbox.run(
            script: "waits: {opendsr: {pending_ms: 600000}}\nworks: {opendsr: {in_progress_ms: 600000}}"
        ) { sandbox in
            let path = "/v2/requests/\(Self.id)"
            for name in ["waits", "works"] {
                _ = try await sandbox.call("POST", "/opendsr/\(name)/v2/requests", Self.body())
            }
            let cancelled = try await sandbox.call("DELETE", "/opendsr/waits\(path)")
            #expect(cancelled.status == 202)
            #expect(try cancelled.json["subject_request_id"] == .text(Self.id))
            #expect(try await sandbox.call("GET", "/opendsr/waits\(path)").json["request_status"] == .text("cancelled"))
            #expect(
                try await eventually {
                    try await sandbox.call("GET", "/opendsr/works\(path)").json["request_status"]
                        == .text("in_progress")
                }
            )
            let refused = try await sandbox.call("DELETE", "/opendsr/works\(path)")
            #expect(refused.status == 400)
            #expect(try refused.json["error"]?["message"]?.text?.contains("only while it is pending") == true)
            #expect(try await sandbox.call("DELETE", "/opendsr/nobody\(path)").status == 404)
        }
    }

    @Test(
        "What is wrong with a request is said by field",
        arguments: [
            (body().replacing("gdpr", with: "xxxx"), "regulation"),
            (body(id: "A7551968-D5D6-44B2-9831-815AC9017798"), "subject_request_id"),
            (body(id: "a7551968-d5d6-14b2-9831-815ac9017798"), "subject_request_id"),
            (body(type: "rectification"), "subject_request_type"),
            (body(identity: ("email", "md5")), "subject_identities"),
            (body().replacing("2026-11-02T15:00:00Z", with: "yesterday"), "submitted_time"),
            (body(callback: "ftp://example.com"), "status_callback_urls"),
        ]
    )
    func faults(body: String, field: String) async throws {
        try await RunningSandbox.run { sandbox in
            let reply = try await sandbox.call("POST", "/opendsr/acme/v2/requests", body)
            #expect(reply.status == 400)
            #expect(try reply.json["error"]?["code"] == .whole(400))
            #expect(try reply.json["error"]?["errors"]?[0]?["domain"] == .text(field))
            #expect(reply.header("X-OpenDSR-Signature") == nil)
            #expect(try await sandbox.report("acme")["acted"] == .whole(0))
        }
    }

    @Test("Errors come in the wrapper or bare, as the script says")
    func wrappers() async throws {
        try await RunningSandbox.run(
            script: """
                bare: {opendsr: {bare_errors: true}}
                busy: {status: 429, retry_after: 9}
                """
        ) { sandbox in
            let bare = try await sandbox.call("POST", "/opendsr/bare/v2/requests", "{}")
            #expect(bare.status == 400)
            #expect(try bare.json["error"] == nil)
            #expect(try bare.json["code"] == .whole(400))
            let busy = try await sandbox.call("POST", "/opendsr/busy/v2/requests", Self.body())
            #expect(busy.status == 429)
            #expect(busy.header("retry-after") == "9")
            #expect(try busy.json["error"]?["message"] == .text("too many requests"))
        }
    }

    @Test(
        "A request that is known is answered as the script says",
        arguments: [("exists", 400), ("conflict", 409), ("accept", 201)]
    )
    func duplicates(way: String, status: Int) async throws {
        try await RunningSandbox.run(script: "acme: {opendsr: {on_duplicate: \(way)}}") { sandbox in
            #expect(try await sandbox.call("POST", "/opendsr/acme/v2/requests", Self.body()).status == 201)
            let again = try await sandbox.call("POST", "/opendsr/acme/v2/requests", Self.body())
            #expect(again.status == status)
            #expect(again.text.contains("already exists") == (way == "exists"))
            let report = try await sandbox.report("acme")
            #expect(report["duplicates"] == .whole(1))
        }
    }

    @Test("What was taken in before the answer was lost is known at the next attempt")
    func lostAnswer() async throws {
        try await RunningSandbox.run(
            script: "acme: {methods: [POST], sequence: [{close: before_answer, acts: true}]}"
        ) { sandbox in
            await #expect(throws: OutboundError.self) {
                _ = try await sandbox.call("POST", "/opendsr/acme/v2/requests", Self.body())
            }
            let again = try await sandbox.call("POST", "/opendsr/acme/v2/requests", Self.body())
            #expect(again.text.contains("already exists"))
            #expect(try await sandbox.call("GET", "/opendsr/acme/v2/requests/\(Self.id)").status == 200)
        }
    }

    @Test("Results are there when the work is done, and gone when they expired")
    func results() async throws {
        try await RunningSandbox.run(script: "acme: {opendsr: {results_count: 3}}") { sandbox in
            _ = try await sandbox.call("POST", "/opendsr/acme/v2/requests", Self.body(type: "access"))
            let path = "/opendsr/acme/v2/requests/\(Self.id)"
            #expect(try await eventually { try await sandbox.call("GET", path).json["results_url"]?.text != nil })
            let status = try await sandbox.call("GET", path).json
            #expect(status["results_count"] == .whole(3))
            let url = try #require(status["results_url"]?.text)
            #expect(try await sandbox.call("GET", url).json["results"]?[2]?["record"] == .text("sample 3"))
            _ = try await sandbox.call("PUT", "/scripts/acme", #"{"opendsr": {"results_expired": true}}"#)
            #expect(try await sandbox.call("GET", url).status == 410)
            for count in [0, 10, 5_000] {
                _ = try await sandbox.call("PUT", "/scripts/acme", "opendsr: {results_bytes: \(count)}")
                let file = try await sandbox.call("GET", url)
                #expect(file.status == 200 && file.body.count == count)
                if count > 100 { #expect(try file.json["results"]?[2] != nil) }
            }
            _ = try await sandbox.call("PUT", "/scripts/acme", "opendsr: {results_cut: true}")
            let error = await #expect(throws: OutboundError.self) { try await sandbox.call("GET", url) }
            #expect(error?.code == .connectionLost)
            // Nothing else of it is cut.
            #expect(try await sandbox.call("GET", path).status == 200)
        }
    }

    @Test("A callback that is not answered well is tried three times, then given up")
    func callbackAttempts() async throws {
        try await RunningSandbox.run(
            script: "acme: {opendsr: {in_progress_ms: 600000, callback_copies: 2}}\ncaller: {status: 503}"
        ) { sandbox in
            let sent = Self.body(callback: "\(sandbox.base)/opendsr/caller/callbacks")
            _ = try await sandbox.call("POST", "/opendsr/acme/v2/requests", sent)
            #expect(
                try await eventually { try await sandbox.report("acme")["callbacks"]?["failed"] == .whole(2) }
            )
            #expect(try await sandbox.report("caller")["calls"] == .whole(6))
            #expect(try await sandbox.report("acme")["callbacks"]?["sent"] == .whole(6))
        }
    }
}
