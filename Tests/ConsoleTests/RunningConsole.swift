import Crypto
import Foundation
import Logging
import Observability
import Outbound
import Postgres
import TestKit
import Testing

@testable import Console
@testable import Fleet

/// A console on a free port, under a login that has only what its role has, with one operator, for the length of a test.
struct RunningConsole: Sendable {
    static let token = "3f9c-a-token-of-the-tests"

    let port: Int
    let client: HTTPClient
    let folder: ConsoleFolder
    let metrics: MetricsRegistry

    var base: String { "http://127.0.0.1:\(port)" }

    /// - Parameter database: as the console reaches it.
    static func run(
        _ database: PostgresConfiguration,
        folder: ConsoleFolder? = nil,
        sessionKey: String? = nil,
        isBehindProxy: Bool = false,
        _ body: @escaping @Sendable (RunningConsole) async throws -> Void
    ) async throws {
        let own = try folder ?? ConsoleFolder()
        defer { if folder == nil { own.remove() } }
        let file = "\(own.path)/operators"
        if !FileManager.default.fileExists(atPath: file) { try write(file, "# who looks\nanna:\(digest(token))\n") }
        let configuration = ConsoleConfiguration(
            databaseURL: url(database),
            operatorsFile: file,
            isBehindProxy: isBehindProxy,
            sessionKeyFile: sessionKey
        )
        let metrics = MetricsRegistry()
        let quiet = Logger(label: "console") { _ in SwiftLogNoOpLogHandler() }
        try await ListeningService.run { listening in
            try ConsoleServer(configuration, metrics: metrics, logger: quiet, onListening: listening)
        } _: { port in
            let client = try HTTPClient()
            let result: Result<Void, any Error>
            do {
                result = .success(
                    try await body(RunningConsole(port: port, client: client, folder: own, metrics: metrics))
                )
            } catch {
                result = .failure(error)
            }
            await client.close()
            try result.get()
        }
    }

    static func digest(_ token: String) -> String { Hex.text(SHA256.hash(data: Data(token.utf8))) }

    static func write(_ path: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    private static func url(_ configuration: PostgresConfiguration) -> String {
        let words = configuration.keywords.map { "\($0.key)='\($0.value)'" }
        let host = configuration.hosts[0]
        return (["host='\(host.name)'", "port='\(host.port)'"] + words).joined(separator: " ")
    }

    // MARK: Asking

    func get(_ path: String, cookies: [String] = []) async throws -> HTTPReply {
        try await client.send(
            HTTPCall(
                "GET",
                base + path,
                headers: cookies.isEmpty ? [] : [(name: "Cookie", value: cookies.joined(separator: "; "))],
                body: nil,
                allowing: [.plain, .internalAddress],
                timeout: .seconds(30)
            )
        )
    }

    func post(
        _ path: String,
        _ fields: [(String, String)],
        cookies: [String] = [],
        headers: [(name: String, value: String)] = []
    ) async throws -> HTTPReply {
        let body = fields.map { "\($0)=\(QueryText.encoded($1))" }.joined(separator: "&")
        return try await client.send(
            HTTPCall(
                "POST",
                base + path,
                headers: [
                    (name: "Content-Type", value: "application/x-www-form-urlencoded"),
                    (name: "Cookie", value: cookies.joined(separator: "; ")),
                ] + headers,
                body: Array(body.utf8),
                allowing: [.plain, .internalAddress],
                timeout: .seconds(30)
            )
        )
    }

    /// Fills in the form of the login page and sends it.
    func logIn(
        _ name: String = "anna",
        token: String = RunningConsole.token,
        next: String = "/",
        headers: [(name: String, value: String)] = []
    ) async throws -> HTTPReply {
        let form = try await get("/login?next=\(QueryText.encoded(next))")
        let field = try #require(form.hidden("form"))
        return try await post(
            "/login",
            [("form", field), ("next", try #require(form.hidden("next"))), ("name", name), ("token", token)],
            cookies: form.setCookies,
            headers: headers
        )
    }

    /// The cookie of somebody who is logged in.
    func session() async throws -> [String] {
        let reply = try await logIn()
        #expect(reply.status == 303)
        return reply.setCookies.filter { $0.contains("session=") }
    }
}

extension HTTPReply {
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }

    var cookieLines: [String] { headers.filter { $0.name.lowercased() == "set-cookie" }.map(\.value) }

    /// `name=value` of each cookie that is set.
    var setCookies: [String] { cookieLines.compactMap { $0.split(separator: ";").first.map(String.init) } }

    /// The value of a hidden field.
    func hidden(_ name: String) -> String? {
        text.firstMatch(of: try! Regex(#"name="\#(name)" value="([^"]*)""#))?.output[1].substring.map(String.init)
    }
}

/// Well-formed, and nobody is shut out.
func expectAccessible(_ reply: HTTPReply, _ path: String = "", sourceLocation: SourceLocation = #_sourceLocation) throws
{
    let faults = AccessibilityRules.faults(try HTMLDocument(reply.text))
    #expect(faults == [], "\(path)", sourceLocation: sourceLocation)
}

/// Waits until `condition` holds; an issue is recorded if it does not in time.
func expectSoon(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: @Sendable () async throws -> Bool
) async throws {
    let holds = try await eventually(condition)
    #expect(holds, sourceLocation: sourceLocation)
}
