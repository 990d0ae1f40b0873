import Foundation
import Logging
import Outbound
import Sandbox
import ServiceLifecycle

/// A sandbox that takes uploads, for the length of a test.
struct UploadReceiver: Sendable {
    struct Upload: Decodable {
        let length: Int
        let offset: Int
        let sha256: String
        let isComplete: Bool
        let isAsAnnounced: Bool?
    }

    struct Call: Decodable {
        let method: String
        let status: Int?
        let ending: String
    }

    /// Made once: a key takes its time.
    private static let identity = Result { try ProcessorIdentity() }

    let base: String
    private let client: HTTPClient

    /// - Parameter script: of the peer `globex`, as YAML.
    static func with(_ script: String = "{}", _ body: (UploadReceiver) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "receiver-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var settings = SandboxSettings()
        settings.scriptPath = "\(folder)/script.yaml"
        try Data("globex: \(script)\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/script.yaml"))
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let server = try SandboxServer(settings, identity: identity.get(), logger: Logger(label: "sandbox")) {
            listening.yield($0)
        }
        let group = ServiceGroup(services: [server], logger: Logger(label: "sandbox"))
        let running = Task {
            defer { listening.finish() }
            try await group.run()
        }
        guard let port = await ports.first(where: { _ in true }) else { return try await running.value }
        let client = try HTTPClient()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(UploadReceiver(base: "http://127.0.0.1:\(port)", client: client)))
        } catch {
            result = .failure(error)
        }
        await client.close()
        await group.triggerGracefulShutdown()
        try await running.value
        try result.get()
    }

    /// An entry of the data map: a controller in `region` that takes copies here.
    func system(region: String = "FR", more: String = "") -> String {
        """
        id: globex
        title: Globex Import
        kind: controller
        region: \(region)
        internal: true
        \(more)
        connector: {kind: tus, url: "\(base)/uploads/globex", chunk_kib: 16, auth: {kind: bearer, secret: "env:GLOBEX"}}
        """
    }

    var uploads: [Upload] {
        get async throws { try await get("/uploads/globex", as: [String: [Upload]].self)["uploads"] ?? [] }
    }

    /// What it was asked, the earliest first.
    var calls: [Call] {
        get async throws {
            let lines = try await reply("/report/globex/calls").split(separator: UInt8(ascii: "\n"))
            return try lines.map { try JSONDecoder().decode(Call.self, from: Data($0)) }
        }
    }

    private func get<Value: Decodable>(_ path: String, as type: Value.Type) async throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(try await reply(path)))
    }

    private func reply(_ path: String) async throws -> [UInt8] {
        try await client.send(HTTPCall("GET", base + path, allowing: [.plain, .internalAddress])).body
    }
}
