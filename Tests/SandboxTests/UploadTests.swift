import Crypto
import Foundation
import Outbound
import Testing

@testable import Sandbox

@Suite("A peer that takes uploads")
struct UploadTests {
    private static let text = String(repeating: "0123456789", count: 10)

    private static func digest(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    private static func create(
        _ sandbox: RunningSandbox,
        key: String? = nil,
        length: Int = text.utf8.count
    ) async throws -> HTTPReply {
        let announced = Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
        var headers: [(name: String, value: String)] = [
            ("tus-resumable", "1.0.0"), ("upload-length", String(length)), ("repr-digest", "sha-256=:\(announced):"),
        ]
        if let key { headers.append(("idempotency-key", key)) }
        // The library would repeat the next call by itself on a connection that it has kept.
        return try await sandbox.call("POST", "/uploads/acme", headers: headers, "", keepsConnection: false)
    }

    private static func add(
        _ sandbox: RunningSandbox,
        _ place: String,
        at offset: Int,
        _ part: String,
        checksum: String? = nil
    ) async throws -> HTTPReply {
        var headers: [(name: String, value: String)] = [
            ("tus-resumable", "1.0.0"), ("upload-offset", String(offset)),
            ("content-type", "application/offset+octet-stream"),
        ]
        if let checksum { headers.append(("upload-checksum", "sha256 \(checksum)")) }
        return try await sandbox.call("PATCH", place, headers: headers, part)
    }

    private static func ask(_ sandbox: RunningSandbox, _ place: String) async throws -> HTTPReply {
        try await sandbox.call("HEAD", place, headers: [("tus-resumable", "1.0.0")])
    }

    @Test("It comes part by part, says how far it is, and what it has come to")
    func whole() async throws {
        try await RunningSandbox.run { sandbox in
            let created = try await Self.create(sandbox, key: "k1")
            #expect(created.status == 201)
            let place = try #require(created.header("location"))
            // The same again.
            #expect(try await Self.create(sandbox, key: "k1").header("location") == place)
            #expect(try await Self.create(sandbox, key: "k2").header("location") != place)
            #expect(try await Self.ask(sandbox, place).header("upload-offset") == "0")
            let first = try await Self.add(sandbox, place, at: 0, String(Self.text.prefix(60)))
            #expect(first.status == 204 && first.header("upload-offset") == "60")
            #expect(try await Self.add(sandbox, place, at: 0, "x").status == 409)
            #expect(try await Self.add(sandbox, place, at: 60, "x", checksum: "bm8=").status == 460)
            #expect(try await Self.add(sandbox, place, at: 60, Self.text).status == 413)
            let rest = String(Self.text.suffix(40))
            let right = Data(SHA256.hash(data: Data(rest.utf8))).base64EncodedString()
            #expect(try await Self.add(sandbox, place, at: 60, rest, checksum: right).header("upload-offset") == "100")
            let end = try await Self.ask(sandbox, place)
            #expect(end.header("upload-offset") == "100" && end.header("upload-length") == "100")
            let list = try await sandbox.call("GET", "/uploads/acme").json["uploads"]
            #expect(list?[0]?["sha256"]?.text == Self.digest(Self.text))
            #expect(list?[0]?["is_as_announced"] == .flag(true))
            #expect(list?[1]?["is_complete"] == .flag(false))
        }
    }

    @Test("What does not speak the protocol is not taken")
    func strangers() async throws {
        try await RunningSandbox.run { sandbox in
            let bare: [(name: String, value: String)] = [("upload-length", "1")]
            #expect(try await sandbox.call("POST", "/uploads/acme", headers: bare, "").status == 412)
            #expect(try await Self.ask(sandbox, "/uploads/acme/u9").status == 404)
            #expect(try await Self.add(sandbox, "/uploads/acme/u9", at: 0, "x").status == 404)
            let place = try #require(try await Self.create(sandbox).header("location"))
            let headers: [(name: String, value: String)] = [
                ("tus-resumable", "1.0.0"), ("upload-offset", "0"), ("content-type", "text/plain"),
            ]
            #expect(try await sandbox.call("PATCH", place, headers: headers, "x").status == 415)
        }
    }

    @Test("A connection that is closed in the middle of a part leaves the half that had come")
    func broken() async throws {
        try await RunningSandbox.run(script: "acme: {methods: [PATCH], sequence: [{close: mid_request}]}") { sandbox in
            let place = try #require(try await Self.create(sandbox).header("location"))
            let error = await #expect(throws: OutboundError.self) {
                _ = try await Self.add(sandbox, place, at: 0, Self.text)
            }
            #expect(error?.code == .connectionLost)
            #expect(try await Self.ask(sandbox, place).header("upload-offset") == "50")
            #expect(try await Self.add(sandbox, place, at: 50, String(Self.text.suffix(50))).status == 204)
            let list = try await sandbox.call("GET", "/uploads/acme").json["uploads"]
            #expect(list?[0]?["sha256"]?.text == Self.digest(Self.text))
            #expect(try await sandbox.report("acme")["by_ending"]?["closed"] == .whole(1))
        }
    }

    @Test("It lies about how far it is, and loses an upload once, as it is told")
    func lies() async throws {
        let script = "acme: {upload: {offset_off: -3, length_off: 2, gone_at: 20}}"
        try await RunningSandbox.run(script: script) { sandbox in
            let place = try #require(try await Self.create(sandbox).header("location"))
            let ten = String(Self.text.prefix(10))
            #expect(try await Self.add(sandbox, place, at: 0, ten).header("upload-offset") == "7")
            let asked = try await Self.ask(sandbox, place)
            #expect(asked.header("upload-offset") == "7" && asked.header("upload-length") == "102")
            #expect(try await Self.add(sandbox, place, at: 10, ten).status == 204)
            #expect(try await Self.ask(sandbox, place).status == 410)
            let other = try #require(try await Self.create(sandbox).header("location"))
            #expect(try await Self.add(sandbox, other, at: 0, Self.text).status == 204)
            #expect(try await Self.ask(sandbox, other).status == 200)
        }
    }
}
