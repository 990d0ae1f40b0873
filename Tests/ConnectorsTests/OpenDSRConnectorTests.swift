import Connectors
import Fleet
import Foundation
import Rights
import TestKit
import Testing

@Suite("OpenDSR: against the sandbox's processors")
struct OpenDSRConnectorTests {
    private struct Sent: Decodable {
        struct Identity: Decodable, Hashable {
            let identityType: String
            let identityValue: String
            let identityFormat: String
        }

        let regulation: String
        let subjectRequestId: String
        let subjectRequestType: String
        let submittedTime: String
        let subjectIdentities: [Identity]
        let apiVersion: String
        let statusCallbackUrls: [String]?
    }

    private static func sent(_ bench: OpenDSRBench, _ name: String = "acme") async throws -> [Sent] {
        try await bench.calls(name).filter { $0.method == "POST" }.map {
            try OpenDSRBench.decoder.decode(Sent.self, from: Data(($0.body ?? "").utf8))
        }
    }

    @Test(
        "K13 G12: an erasure reaches a processor, is accepted, asked for until it is done, and attested over a signature"
    )
    func whole() async throws {
        try await OpenDSRBench.run(script: "acme: {opendsr: {pending_ms: 30, in_progress_ms: 30}}") { bench in
            let description = bench.description()
            let accepted = await bench.act(description)
            #expect(accepted.verdict.outcome == .acceptedPending)
            #expect(accepted.findings.reference == OpenDSRPapers.id)
            #expect(accepted.findings.signature?.domain == "acme.sandbox.test")
            #expect(accepted.findings.level == nil)
            let done = await bench.poll(description)
            #expect(done.verdict.outcome == .done)
            #expect(done.findings.level == .signedAttestation)
            #expect(done.findings.signature?.domain == "acme.sandbox.test")
            #expect(done.findings.signature?.certificate.count == 64)
            #expect(done.findings.digest?.count == 64)
            #expect(done.findings.reference == OpenDSRPapers.id)
            let sent = try await Self.sent(bench)
            #expect(sent.count == 1)
            let request = try #require(sent.first)
            #expect(request.subjectRequestId == OpenDSRPapers.id)
            #expect(request.regulation == "gdpr")
            #expect(request.subjectRequestType == "erasure")
            #expect(request.submittedTime == "2026-09-21T14:13:20Z")
            #expect(request.apiVersion == "2.0")
            #expect(request.statusCallbackUrls == nil)
            let hash = try OpenDSRPapers.shared.get().digest("ann@example.com", "sha256")
            #expect(
                request.subjectIdentities
                    == [.init(identityType: "email", identityValue: hash, identityFormat: "sha256")]
            )
        }
    }

    @Test("G12: what is pending or in progress is waited for, and not done")
    func waiting() async throws {
        try await OpenDSRBench.run(script: "acme: {opendsr: {pending_ms: 600000}}") { bench in
            var description = bench.description()
            description.pollEvery = 7
            #expect(await bench.act(description).verdict.outcome == .acceptedPending)
            let report = await bench.connector.perform(OpenDSRBench.order(description, .poll))
            #expect(report.verdict.outcome == .waiting)
            #expect(report.findings.checkpoint == "pending")
            #expect(report.findings.level == nil)
            // A tenth of the ten minutes that it announces.
            let pause = try #require(report.verdict.retryAfter)
            #expect(pause > .seconds(30) && pause <= .seconds(60))
        }
    }

    @Test("K11: a processor that cannot be told what is to stay is not asked to erase what is kept")
    func keeps() async throws {
        try await OpenDSRBench.run { bench in
            let order = OpenDSRBench.order(bench.description(), keeps: ["invoices"])
            #expect(await bench.connector.perform(order).verdict == .refused("keeps_not_described"))
        }
    }

    @Test("the older version's names are spoken")
    func older() async throws {
        try await OpenDSRBench.run { bench in
            let description = bench.description("acme", "v1")
            #expect(await bench.act(description).verdict.outcome == .acceptedPending)
            let done = await bench.poll(description)
            #expect(done.verdict.outcome == .done)
            #expect(done.findings.level == .signedAttestation)
            let versions = try await Self.sent(bench).map(\.apiVersion)
            #expect(versions == ["1.0"])
        }
    }

    @Test(
        "a repetition after a lost answer finds its request, whatever the processor says to duplicates",
        arguments: ["exists", "conflict", "accept"]
    )
    func duplicates(way: String) async throws {
        try await OpenDSRBench.run(
            script: """
                acme: {methods: [POST], sequence: [{close: mid_body}], opendsr: {pending_ms: 600000, on_duplicate: \(way)}}
                """
        ) { bench in
            let description = bench.description()
            let lost = await bench.act(description)
            #expect(lost.verdict.outcome == .retry)
            #expect(lost.verdict.mayHaveActed)
            // Somebody who does not know that it was heard.
            let blind = await bench.act(description)
            #expect(blind.verdict.outcome == .acceptedPending)
            #expect(blind.findings.reference == OpenDSRPapers.id)
            let report = try await bench.report()
            #expect(report.distinctIds == 1)
        }
    }

    @Test("after an unknown outcome it is looked before it is repeated")
    func look() async throws {
        try await OpenDSRBench.run(script: "acme: {methods: [POST], sequence: [{close: mid_body}]}") {
            bench in
            let description = bench.description()
            #expect(await bench.act(description).verdict.mayHaveActed)
            let again = await bench.connector.perform(OpenDSRBench.order(description, mayHaveActed: true))
            #expect([.acceptedPending, .done].contains(again.verdict.outcome))
            let sent = try await Self.sent(bench)
            #expect(sent.count == 1)
            let report = try await bench.report()
            #expect(report.actedAgain == 0)
        }
    }

    @Test("what never arrived is sent again under the same id")
    func neverArrived() async throws {
        try await OpenDSRBench.run(
            script: "acme: {methods: [POST], sequence: [{close: mid_body, acts: false}], opendsr: {pending_ms: 600000}}"
        ) { bench in
            let description = bench.description()
            #expect(await bench.act(description).verdict.outcome == .retry)
            let again = await bench.connector.perform(OpenDSRBench.order(description, mayHaveActed: true))
            #expect(again.verdict.outcome == .acceptedPending)
            let ids = try await Self.sent(bench).map(\.subjectRequestId)
            #expect(ids == [OpenDSRPapers.id, OpenDSRPapers.id])
        }
    }

    @Test("errors without their wrapper are understood")
    func bare() async throws {
        try await OpenDSRBench.run(script: "acme: {opendsr: {bare_errors: true, pending_ms: 600000}}") { bench in
            let description = bench.description()
            #expect(await bench.act(description).verdict.outcome == .acceptedPending)
            #expect(await bench.act(description).verdict.outcome == .acceptedPending)
        }
    }

    @Test("N4: a wrong signature is never believed, on the receipt and on the status")
    func wrongSignature() async throws {
        try await OpenDSRBench.run(script: "acme: {methods: [POST], wrong_signature: true}") { bench in
            let description = bench.description()
            let receipt = await bench.act(description)
            #expect(receipt.verdict == .retry("bad_signature", blamesTarget: true, mayHaveActed: true))
            try await bench.script("acme", "{wrong_signature: true}")
            let poll = await bench.connector.perform(OpenDSRBench.order(description, .poll))
            #expect(poll.verdict == .retry("bad_signature", blamesTarget: true))
            #expect(poll.findings.level == nil)
            try await bench.script("acme", "{}")
            #expect(await bench.poll(description).findings.level == .signedAttestation)
        }
    }

    @Test("N4: a completion without a signature is an attestation and no more")
    func unsigned() async throws {
        try await OpenDSRBench.run(script: "acme: {opendsr: {signs: false}}") { bench in
            let description = bench.description()
            #expect(await bench.act(description).verdict.outcome == .acceptedPending)
            let done = await bench.poll(description)
            #expect(done.verdict.outcome == .done)
            #expect(done.findings.level == .attestation)
            #expect(done.findings.signature == nil)
        }
    }

    @Test("N4: where no domains are named a signature counts for nothing")
    func notAsked() async throws {
        try await OpenDSRBench.run { bench in
            var description = bench.description()
            description.domains = []
            #expect(await bench.act(description).verdict.outcome == .acceptedPending)
            let done = await bench.poll(description)
            #expect(done.findings.level == .attestation)
            #expect(done.findings.signature == nil)
        }
    }

    @Test("N4: a signature in the name of a domain that nobody allowed is not believed")
    func otherDomain() async throws {
        try await OpenDSRBench.run { bench in
            var description = bench.description()
            description.domains = ["dsr.vendor.example"]
            #expect(
                await bench.act(description).verdict
                    == .retry("domain_not_allowed", blamesTarget: true, mayHaveActed: true)
            )
        }
    }

    @Test("K13: with nothing in common it is refused before anything of the person is sent")
    func noCommonIdentity() async throws {
        try await OpenDSRBench.run(script: "acme: {opendsr: {identities: ['ios_vendor_id:raw', 'email:sha1']}}") {
            bench in
            var description = bench.description()
            description.formats = [.email: [.sha256]]
            #expect(await bench.act(description).verdict == .refused("no_common_identity"))
            let calls = try await bench.calls()
            #expect(!calls.isEmpty)
            #expect(calls.allSatisfy { $0.method == "GET" && ($0.body ?? "").isEmpty })
        }
    }

    @Test(
        "what the protocol or the processor cannot be asked is refused before anything is sent",
        arguments: [
            (TargetOperation.erase, Regulation.hipaa, "regulation_not_expressible"),
            (.erase, .lgpd, "regulation_not_expressible"), (.erase, .other, "regulation_not_expressible"),
            (.rectify, .gdpr, "operation_unsupported"), (.eraseTenant, .ccpa, "operation_unsupported"),
            (.collect, .gdpr, "request_type_unsupported"),
        ]
    )
    func refused(operation: TargetOperation, regulation: Regulation, cause: String) async throws {
        try await OpenDSRBench.run(script: "acme: {opendsr: {request_types: [erasure]}}") { bench in
            let order = OpenDSRBench.order(bench.description(), operation: operation, regulation: regulation)
            #expect(await bench.connector.perform(order).verdict == .refused(cause))
            let sent = try await Self.sent(bench)
            #expect(sent.isEmpty)
        }
    }

    @Test("laws with the GDPR's rights go by its name", arguments: [Regulation.ukGDPR, .fadp])
    func related(regulation: Regulation) async throws {
        try await OpenDSRBench.run { bench in
            let order = OpenDSRBench.order(bench.description(), regulation: regulation)
            #expect(await bench.connector.perform(order).verdict.outcome == .acceptedPending)
            let laws = try await Self.sent(bench).map(\.regulation)
            #expect(laws == ["gdpr"])
        }
    }

    @Test("a request that its processor cancels is refused, and a person hears of it")
    func cancelledThere() async throws {
        try await OpenDSRBench.run(script: "acme: {opendsr: {ends: cancelled}}") { bench in
            let description = bench.description()
            #expect(await bench.act(description).verdict.outcome == .acceptedPending)
            #expect(await bench.poll(description).verdict == .refused("cancelled_by_peer", status: 200))
        }
    }

    @Test("what has not begun is taken back, what has begun is not, and what is not there needs no taking back")
    func cancel() async throws {
        try await OpenDSRBench.run(
            script: "waits: {opendsr: {pending_ms: 600000}}\nworks: {opendsr: {in_progress_ms: 600000}}"
        ) { bench in
            let waits = bench.description("waits")
            let works = bench.description("works")
            _ = await bench.act(waits)
            _ = await bench.act(works)
            let taken = await bench.connector.perform(OpenDSRBench.order(waits, .cancel))
            #expect(taken.verdict == .done(status: 202))
            #expect(taken.findings.signature?.domain == "waits.sandbox.test")
            _ = await eventually {
                await bench.connector.perform(OpenDSRBench.order(works, .poll)).findings.checkpoint == "in_progress"
            }
            #expect(
                await bench.connector.perform(OpenDSRBench.order(works, .cancel)).verdict
                    == .refused("not_pending", status: 400)
            )
            #expect(
                await bench.connector.perform(OpenDSRBench.order(bench.description("nobody"), .cancel)).verdict.outcome
                    == .alreadyAbsent
            )
        }
    }

    @Test(
        "a status that says nothing of the protocol is tried again or refused as HTTP has it",
        arguments: [
            (
                "{status: 429, retry_after: 9}",
                AttemptVerdict.retry("http_429", status: 429, after: .seconds(9), blamesTarget: false)
            ),
            (
                "{status: 503, retry_after: 4}",
                .retry("http_503", status: 503, after: .seconds(4), blamesTarget: true, mayHaveActed: true)
            ),
            ("{status: 500}", .retry("http_500", status: 500, blamesTarget: true, mayHaveActed: true)),
            ("{status: 401}", .retry("http_401", status: 401, blamesTarget: true)),
            ("{status: 404}", .retry("http_404", status: 404, blamesTarget: true)),
            ("{status: 400}", .refused("http_400", status: 400)), ("{status: 410}", .refused("http_410", status: 410)),
        ]
    )
    func statuses(behaviour: String, verdict: AttemptVerdict) async throws {
        let script = "acme: {methods: [POST], \(behaviour.dropFirst())"
        try await OpenDSRBench.run(script: script) { bench in
            #expect(await bench.act(bench.description()).verdict == verdict)
        }
    }

    @Test(
        "a question that is not answered well is asked again, and one about what is no more is not",
        arguments: [
            ("{status: 404}", AttemptVerdict.retry("http_404", status: 404, blamesTarget: false)),
            ("{status: 410}", .refused("expired_at_peer", status: 410)),
            ("{status: 429, retry_after: 3}", .retry("http_429", status: 429, after: .seconds(3), blamesTarget: false)),
            ("{status: 502}", .retry("http_502", status: 502, blamesTarget: true)),
        ]
    )
    func questions(script: String, verdict: AttemptVerdict) async throws {
        try await OpenDSRBench.run { bench in
            let description = bench.description()
            _ = await bench.act(description)
            try await bench.script("acme", script)
            #expect(await bench.connector.perform(OpenDSRBench.order(description, .poll)).verdict == verdict)
        }
    }

    @Test("discovery and certificate are fetched once for many orders at once")
    func fetchedOnce() async throws {
        try await OpenDSRBench.run(script: "acme: {opendsr: {pending_ms: 600000}}") { bench in
            let description = bench.description()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<24 {
                    group.addTask {
                        let key = UUID().uuidString.lowercased()
                        let report = await bench.connector.perform(OpenDSRBench.order(description, key: key))
                        #expect(report.verdict.outcome == .acceptedPending)
                    }
                }
            }
            let discoveries = try await bench.calls().filter { $0.route == "/opendsr/discovery" }
            #expect(discoveries.count == 1)
            let sent = try await Self.sent(bench)
            #expect(sent.count == 24)
        }
    }
}
