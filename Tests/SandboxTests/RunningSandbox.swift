import Foundation
import Logging
import Outbound
import TestKit
import Testing

@testable import Sandbox

/// A sandbox listening on a free port, for the length of a test, and a caller.
struct RunningSandbox: Sendable {
    /// Made once: a key takes its time.
    static let identity = Result { try ProcessorIdentity() }

    let port: Int
    let client: HTTPClient

    var base: String { "http://127.0.0.1:\(port)" }

    /// - Parameter script: YAML of the peers' scripts.
    static func run(
        _ settings: SandboxSettings = SandboxSettings(),
        script: String? = nil,
        _ body: @escaping @Sendable (RunningSandbox) async throws -> Void
    ) async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        var settings = settings
        if let script { settings.scriptPath = try folder.write("script.yaml", script) }
        let prepared = settings
        let identity = try identity.get()
        try await ListeningService.run { listening in
            try SandboxServer(prepared, identity: identity, logger: Logger(label: "sandbox"), onListening: listening)
        } _: { port in
            let client = try HTTPClient()
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(RunningSandbox(port: port, client: client)))
            } catch {
                result = .failure(error)
            }
            await client.close()
            try result.get()
        }
    }

    func call(
        _ method: String,
        _ path: String,
        headers: [(name: String, value: String)] = [],
        _ body: String? = nil,
        timeout: Duration = .seconds(30),
        keepsConnection: Bool = true
    ) async throws -> HTTPReply {
        var call = HTTPCall(
            method,
            path.hasPrefix("http") ? path : base + path,
            headers: headers,
            body: body.map { Array($0.utf8) },
            allowing: [.plain, .internalAddress],
            timeout: timeout
        )
        call.keepsConnection = keepsConnection
        return try await client.send(call)
    }

    /// Posts a webhook as a fleet would.
    func post(
        to name: String,
        id: String = "evt_1",
        _ body: String = "{}",
        secrets: [WebhookSecret] = [.random()],
        timeout: Duration = .seconds(30),
        keepsConnection: Bool = true
    ) async throws -> HTTPReply {
        let headers = try WebhookSignature.headers(
            id: id,
            timestamp: Int(Date().timeIntervalSince1970),
            body: Array(body.utf8),
            secrets: secrets
        )
        return try await call(
            "POST",
            "/hooks/\(name)",
            headers: headers,
            body,
            timeout: timeout,
            keepsConnection: keepsConnection
        )
    }

    func report(_ name: String) async throws -> JSONValue {
        try await call("GET", "/report/\(name)").json
    }

    func calls(_ name: String, after: Int = 0, limit: Int = 1_000) async throws -> [JSONValue] {
        let reply = try await call("GET", "/report/\(name)/calls?after=\(after)&limit=\(limit)")
        return try reply.body.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(JSONValue.self, from: Data($0))
        }
    }
}

extension SandboxSettings {
    static func with(_ change: (inout SandboxSettings) -> Void) -> SandboxSettings {
        var settings = SandboxSettings()
        change(&settings)
        return settings
    }
}

extension HTTPReply {
    var text: String { String(decoding: body, as: UTF8.self) }

    var json: JSONValue { get throws { try JSONDecoder().decode(JSONValue.self, from: Data(body)) } }
}

extension JSONValue {
    subscript(name: String) -> JSONValue? {
        if case .object(let fields) = self { fields[name] } else { nil }
    }

    subscript(index: Int) -> JSONValue? {
        if case .list(let values) = self, values.indices.contains(index) { values[index] } else { nil }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }

    var whole: Int? { if case .whole(let whole) = self { whole } else { nil } }
}
