import Connectors
import Fleet
import Foundation
import Outbound
import Rights
import TestKit
import Testing

@Suite("OpenDSR: callbacks")
struct OpenDSRCallbackTests {
    private func callback(
        _ bench: OpenDSRBench,
        _ call: OpenDSRBench.BookedCall,
        _ description: OpenDSRDescription,
        body: String? = nil,
        url: String? = nil
    ) async throws -> OpenDSRCallback {
        let headers = (call.headers ?? [:]).map { (name: $0.key, value: $0.value) }
        return try await bench.connector.callback(
            headers,
            Array((body ?? call.body ?? "").utf8),
            from: OpenDSRBench.system(description),
            at: url ?? description.callback ?? ""
        )
    }

    private func heard(
        _ bench: OpenDSRBench,
        _ version: String = "v2"
    ) async throws -> (OpenDSRDescription, [OpenDSRBench.BookedCall]) {
        var description = bench.description("acme", version)
        description.callback = "\(bench.base)/opendsr/us/callbacks"
        #expect(await bench.act(description).verdict.outcome == .acceptedPending)
        #expect(try await eventually { try await bench.calls("us").count == 2 })
        return (description, try await bench.calls("us"))
    }

    @Test("a callback that is signed right is taken, in both versions", arguments: ["v1", "v2"])
    func good(version: String) async throws {
        try await OpenDSRBench.run { bench in
            let (description, calls) = try await heard(bench, version)
            var statuses: Set<OpenDSRStatus> = []
            for call in calls {
                let callback = try await callback(bench, call, description)
                #expect(callback.report.id.uuidString.lowercased() == OpenDSRPapers.id)
                #expect(callback.signature.domain == "acme.sandbox.test")
                if let status = callback.report.status { statuses.insert(status) }
            }
            #expect(statuses == [.inProgress, .completed])
        }
    }

    @Test("G12: one that was changed, is not signed, is another's or is meant for another place is answered 403")
    func refused() async throws {
        try await OpenDSRBench.run { bench in
            let (description, calls) = try await heard(bench)
            let call = try #require(calls.first)
            func status(
                _ call: OpenDSRBench.BookedCall,
                _ description: OpenDSRDescription,
                body: String? = nil,
                url: String? = nil
            ) async -> Int? {
                do {
                    _ = try await callback(bench, call, description, body: body, url: url)
                    return nil
                } catch {
                    return (error as? OpenDSRCallbackFault)?.status
                }
            }
            #expect(await status(call, description) == nil)
            let body = try #require(call.body)
            #expect(
                await status(call, description, body: body.replacing("in_progress", with: "completed") + " ") == 403
            )
            #expect(await status(call, description, url: "https://gateway.example/other") == 403)
            let bare = OpenDSRBench.BookedCall(method: "POST", route: "", status: nil, body: body, headers: [:])
            #expect(await status(bare, description) == 403)
            var other = description
            other.domains = ["dsr.vendor.example"]
            #expect(await status(call, other) == 403)
            var unasked = description
            unasked.domains = []
            #expect(await status(call, unasked) == 403)
        }
    }

    @Test("G12: a wrong signature is 403")
    func wrong() async throws {
        try await OpenDSRBench.run { bench in
            var description = bench.description()
            description.callback = "\(bench.base)/opendsr/us/callbacks"
            // Discovery is learned first; the request's own answers are wrong.
            _ = await bench.connector.perform(OpenDSRBench.order(description, .act, regulation: .gdpr))
            try await bench.script("acme", "{methods: [POST], wrong_signature: true}")
            let key = "0b9ba4f0-6a3d-4a9f-8f0e-1f3b1d0c2a11"
            _ = await bench.connector.perform(OpenDSRBench.order(description, key: key))
            #expect(try await eventually { try await bench.calls("us").count == 4 })
            let calls = try await bench.calls("us").filter { $0.body?.contains(key) == true }
            #expect(calls.count == 2)
            for call in calls {
                let fault = await #expect(throws: OpenDSRCallbackFault.self) {
                    try await callback(bench, call, description)
                }
                #expect(fault?.status == 403)
                #expect(fault?.doubt == .signature)
            }
        }
    }

    @Test("what it is checked with cannot be had: it is to come again")
    func unavailable() async throws {
        let bench = try OpenDSRBench("http://127.0.0.1:9")
        let papers = try OpenDSRPapers.shared.get()
        var description = OpenDSRDescription(url: "http://127.0.0.1:9/v2")
        description.domains = [OpenDSRPapers.domain]
        let signature = try papers.signature("pkcs1")
        let fault = await #expect(throws: OpenDSRCallbackFault.self) {
            try await bench.connector.callback(
                [("X-OpenDSR-Processor-Domain", OpenDSRPapers.domain), ("X-OpenDSR-Signature", signature)],
                Array(OpenDSRPapers.status.utf8),
                from: OpenDSRBench.system(description),
                at: "https://gateway.example/x"
            )
        }
        #expect(fault?.status == 503)
        await bench.client.close()
    }
}
