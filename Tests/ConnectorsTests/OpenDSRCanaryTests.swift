import Connectors
import Fleet
import Foundation
import Logging
import Outbound
import Rights
import Synchronization
import TestKit
import Testing

@Suite("OpenDSR: nothing personal is kept")
struct OpenDSRCanaryTests {
    /// Everything that is logged.
    private struct Ear: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.all.withLock { $0.append("\(event.message) \(event.metadata ?? [:]) \(metadata)") }
        }
    }

    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    @Test("G4: whatever a processor answers, neither findings nor verdicts nor logs hold anything of the person")
    func canary() async throws {
        let canary = Canary()
        let identities = [
            try #require(Identity(.controllerCustomerID, canary.word)), try #require(Identity(.email, canary.email)),
        ]
        let lines = Lines()
        let logger = Logger(label: "canary") { _ in Ear(lines: lines) }
        let id = OpenDSRPapers.id
        // What an answer repeats of the request: whole, in words, in base64.
        let echo = Mutex("")
        let scenes: [@Sendable (OpenDSRStub.Heard) -> OpenDSRStub.Answer] = [
            { heard in
                let text = Data(heard.body.utf8).base64EncodedString()
                return .init(
                    201,
                    #"{"subject_request_id":"\#(id)","encoded_request":"\#(text)","note":"\#(canary.email)"}"#
                )
            },
            { _ in .init(400, #"{"error":{"code":400,"message":"\#(canary.email) is unknown"}}"#) },
            { _ in .init(409, #"{"message":"\#(canary.word)"}"#) }, { _ in .init(500, canary.email) },
            { _ in .init(200, canary.email) },
            { _ in
                .init(
                    200,
                    #"{"subject_request_id":"\#(id)","request_status":"\#(canary.word)","controller_id":"\#(canary.word)"}"#
                )
            },
        ]
        for scene in scenes {
            let stub = try OpenDSRStub { heard, _ in
                if heard.method == "POST" { echo.withLock { $0 += heard.body } }
                if heard.path == "discovery" {
                    return .init(
                        200,
                        """
                        {"supported_identities":[{"identity_type":"email","identity_format":"sha256"},
                         {"identity_type":"controller_customer_id","identity_format":"raw"}],
                         "supported_subject_request_types":["erasure"],"note":"\(canary.word)"}
                        """
                    )
                }
                return scene(heard)
            }
            let bench = try OpenDSRBench(stub.origin, logger: logger)
            var description = OpenDSRDescription(url: "\(stub.origin)/v2")
            description.authentication = .bearer("env:VENDOR_TOKEN")
            for step in [TargetOrder.Step.act, .poll, .cancel] {
                let order = OpenDSRBench.order(description, step, identities: identities)
                let report = await bench.connector.perform(order)
                let told = [report.findings.text, "\(report.attempt)", "\(report)", "\(order)"]
                for text in told.map({ $0.lowercased() }) {
                    for trace in canary.traces { #expect(!text.contains(trace.text), "\(trace.kind)") }
                    #expect(!text.contains("tok-1"))
                }
            }
            await bench.client.close()
            stub.stop()
        }
        // It was sent, so that it could have been kept.
        #expect(echo.withLock { $0.contains(canary.word) })
        let logged = lines.all.withLock { $0.joined(separator: "\n").lowercased() }
        for trace in canary.traces { #expect(!logged.contains(trace.text), "\(trace.kind)") }
    }
}
