import Fleet
import Foundation
import Logging
import Observability
import Rights
import Synchronization
import TestKit
import Testing

@Suite("The gateway's own lines and numbers", .database, .broker)
struct GatewayCanaryTests {
    @Test("hold nothing of a person, of a token or of what was sent")
    func nothing() async throws {
        let lines = LineKeeper.Lines()
        let logger = Logger(label: "habeas-gateway") { _ in LineKeeper(lines: lines) }
        let canary = Canary()
        try await GatewayFixture.with(logger: logger) { fixture in
            let token = try await fixture.token()
            let id = try await fixture.request(email: canary.email, more: #""message":"\#(canary.word)","#)
            #expect(try await fixture.get("/v1/requests/\(id)", token).text.contains(canary.word))
            let words =
                #"{"decision":"refuse","reason":"\#(canary.word)","decided_by":{"user":"\#(canary.word)","role":"dpo"}}"#
            #expect(try await fixture.post("/v1/requests/\(id)/decision", token, words).status == 202)
            let wrong = try await fixture.post(
                "/v1/requests/\(id)/decision",
                token,
                #"{"\#(canary.word)":1,"decision":"\#(canary.word)"}"#
            )
            #expect(wrong.status == 422 && !wrong.text.contains(canary.word))
            _ = try await fixture.get("/v1/\(canary.word)?\(canary.word)=\(canary.word)", token)
            _ = try await fixture.get("/v1/requests?\(canary.word)=\(canary.word)", token)
            // The store's file is gone: an error that is the gateway's to tell.
            let export = try await fixture.export(of: id, Array(canary.word.utf8))
            for name in try await fixture.store.list(prefix: "") { try await fixture.store.delete(name) }
            #expect(try await fixture.get("/v1/exports/\(export)", token).status == 500)
            let told = (lines.text + fixture.metrics.exposition()).lowercased()
            #expect(lines.text.contains("a request failed"))
            for trace in canary.traces { #expect(!told.contains(trace.text), "\(trace.kind)") }
            #expect(!told.contains(token.suffix(43).lowercased()) && !told.contains(id.uuidString.lowercased()))
        }
    }
}

/// Keeps all that is logged, whatever its level.
struct LineKeeper: LogHandler {
    final class Lines: Sendable {
        private let all = Mutex("")
        var text: String { all.withLock { $0 } }

        func add(_ line: String) { all.withLock { $0 += line + "\n" } }
    }

    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.add("\(event.message) \(event.metadata ?? [:]) \(metadata)") }
}
