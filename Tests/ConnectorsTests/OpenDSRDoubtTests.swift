import Connectors
import Fleet
import Foundation
import Logging
import Outbound
import Rights
import Synchronization
import TestKit
import Testing

@Suite("OpenDSR: answers that are not what they seem")
struct OpenDSRDoubtTests {
    private static let id = OpenDSRPapers.id
    private let papers: OpenDSRPapers

    init() throws { papers = try OpenDSRPapers.shared.get() }

    private func description(_ stub: OpenDSRStub, isSigned: Bool = true) -> OpenDSRDescription {
        var description = OpenDSRDescription(url: "\(stub.origin)/v2")
        description.domains = isSigned ? [OpenDSRPapers.domain] : []
        description.authorities = papers.authority
        return description
    }

    private static func status(_ word: String, id: String = id, controller: String = "us") -> String {
        #"{"controller_id":"\#(controller)","subject_request_id":"\#(id)","request_status":"\#(word)","expected_completion_time":null}"#
    }

    private func poll(
        _ answer: OpenDSRStub.Answer,
        certificate: String? = nil,
        checkpoint: String? = nil,
        isSigned: Bool = true,
        _ change: (inout OpenDSRDescription) -> Void = { _ in }
    ) async throws -> TargetReport {
        let stub = try OpenDSRStub(certificate: certificate) { heard, _ in
            heard.path.hasPrefix("requests") ? answer : nil
        }
        defer { stub.stop() }
        let bench = try OpenDSRBench(stub.origin)
        var description = description(stub, isSigned: isSigned)
        change(&description)
        let report = await bench.connector.perform(OpenDSRBench.order(description, .poll, checkpoint: checkpoint))
        await bench.client.close()
        return report
    }

    @Test("G12 N4: a status that OpenSSL signed with PKCS#1 v1.5 completes a target as a signed attestation")
    func openSSL() async throws {
        let answer = OpenDSRStub.Answer.signed(OpenDSRPapers.status, try papers.signature("pkcs1"))
        let report = try await poll(answer, certificate: papers.text("good.pem"))
        #expect(report.verdict == .done(status: 200))
        #expect(report.findings.level == .signedAttestation)
        #expect(report.findings.signature?.domain == OpenDSRPapers.domain)
    }

    @Test(
        "G12 N4: PSS, SHA-1, another's key and a changed body complete nothing",
        arguments: ["pss", "sha1", "other", "tampered"]
    )
    func wrong(kind: String) async throws {
        let signature = try papers.signature(kind == "tampered" ? "pkcs1" : kind)
        let body = kind == "tampered" ? OpenDSRPapers.status + " " : OpenDSRPapers.status
        let report = try await poll(.signed(body, signature), certificate: papers.text("good.pem"))
        #expect(report.verdict == .retry("bad_signature", blamesTarget: true))
        #expect(report.findings == TargetFindings())
    }

    @Test(
        "G12 N4: a right signature by a certificate that is not good completes nothing",
        arguments: [
            ("expired.pem", "certificate_expired"), ("domain.pem", "certificate_domain"),
            ("self.pem", "certificate_self_signed"), ("unknown.pem", "certificate_untrusted"),
            ("status", "certificate_unreadable"),
        ]
    )
    func certificates(file: String, cause: String) async throws {
        let answer = OpenDSRStub.Answer.signed(OpenDSRPapers.status, try papers.signature("pkcs1"))
        let report = try await poll(answer, certificate: papers.text(file))
        #expect(report.verdict == .retry(cause, blamesTarget: true))
    }

    @Test("N4: a signed answer of a processor that names no certificate completes nothing")
    func noCertificate() async throws {
        let answer = OpenDSRStub.Answer.signed(OpenDSRPapers.status, try papers.signature("pkcs1"))
        #expect(try await poll(answer).verdict == .retry("certificate_missing", blamesTarget: true))
    }

    @Test("a discovery that is signed wrongly is not believed either")
    func discovery() async throws {
        let papers = papers
        let certificate = try papers.text("good.pem")
        let signature = try papers.signature("pkcs1")
        let stub = try OpenDSRStub(certificate: certificate) { heard, _ in
            guard heard.path == "discovery" else { return nil }
            let host = heard.head.split(separator: "\r\n").first { $0.hasPrefix("host: ") }?.dropFirst(6) ?? ""
            return .signed(#"{"processor_certificate":"http://\#(host)/v2/certificate"}"#, signature)
        }
        defer { stub.stop() }
        let bench = try OpenDSRBench(stub.origin)
        #expect(
            await bench.act(description(stub)).verdict
                == .retry("bad_signature", blamesTarget: true, mayHaveActed: true)
        )
        #expect(stub.heard.allSatisfy { $0.method == "GET" })
        await bench.client.close()
    }

    @Test("a certificate that was replaced is fetched anew before an answer is doubted, and not again and again")
    func replaced() async throws {
        // Younger than a minute: what does not fit does not make us call anybody.
        let answer = OpenDSRStub.Answer.signed(OpenDSRPapers.status, try papers.signature("other"))
        let certificate = try papers.text("good.pem")
        let stub = try OpenDSRStub(certificate: certificate) { heard, _ in
            heard.path.hasPrefix("requests") ? answer : nil
        }
        defer { stub.stop() }
        let bench = try OpenDSRBench(stub.origin)
        for _ in 0..<5 {
            let report = await bench.connector.perform(OpenDSRBench.order(description(stub), .poll))
            #expect(report.verdict.cause == "bad_signature")
        }
        #expect(stub.heard.filter { $0.path == "certificate" }.count == 1)
        await bench.client.close()
    }

    @Test(
        "G12: a status that moves backwards is an old answer sent again",
        arguments: [
            ("in_progress", "pending"), ("completed", "in_progress"), ("completed", "pending"),
            ("cancelled", "completed"),
        ]
    )
    func backwards(earlier: String, later: String) async throws {
        let report = try await poll(.init(200, Self.status(later)), checkpoint: earlier, isSigned: false)
        #expect(report.verdict == .retry("status_went_back", blamesTarget: true))
    }

    @Test("an answer about another request is not believed, nor one to another controller")
    func others() async throws {
        let other = "0b9ba4f0-6a3d-4a9f-8f0e-1f3b1d0c2a11"
        let report = try await poll(.init(200, Self.status("completed", id: other)), isSigned: false)
        #expect(report.verdict == .retry("other_request", blamesTarget: true))
        let theirs = try await poll(.init(200, Self.status("completed", controller: "them")), isSigned: false) {
            $0.controller = "us"
        }
        #expect(theirs.verdict == .retry("other_controller", blamesTarget: true))
        let ours = try await poll(.init(200, Self.status("completed")), isSigned: false) { $0.controller = "us" }
        #expect(ours.verdict.outcome == .done)
    }

    @Test(
        "what cannot be read is asked for again",
        arguments: [
            ("<html>", "unreadable_answer"), ("{}", "unreadable_answer"), (status("vanished"), "unknown_status"),
        ]
    )
    func unreadable(body: String, cause: String) async throws {
        let report = try await poll(.init(200, body), isSigned: false)
        #expect(report.verdict.outcome == .retry)
        #expect(report.verdict.cause == cause)
    }

    @Test("an equal request that is under way is adopted, and one that is over is not")
    func adoption() async throws {
        let other = "0b9ba4f0-6a3d-4a9f-8f0e-1f3b1d0c2a11"
        for (word, outcome) in [("in_progress", AttemptVerdict.Outcome.acceptedPending), ("completed", .retry)] {
            let stub = try OpenDSRStub { heard, _ in
                switch (heard.method, heard.path) {
                case ("POST", _): .init(409, #"{"error":{"code":409,"subject_request_id":"\#(other)"}}"#)
                case ("GET", "requests/\(other)"): .init(200, Self.status(word, id: other))
                default: nil
                }
            }
            let bench = try OpenDSRBench(stub.origin)
            let report = await bench.act(description(stub, isSigned: false))
            #expect(report.verdict.outcome == outcome)
            #expect(report.findings.reference == (outcome == .retry ? nil : other))
            await bench.client.close()
            stub.stop()
        }
    }

    @Test("a request that is done already when it is found again is done, signed or not")
    func foundDone() async throws {
        let stub = try OpenDSRStub { heard, _ in
            heard.path.hasPrefix("requests/") ? .init(200, Self.status("completed")) : nil
        }
        defer { stub.stop() }
        let bench = try OpenDSRBench(stub.origin)
        let order = OpenDSRBench.order(description(stub, isSigned: false), mayHaveActed: true)
        let report = await bench.connector.perform(order)
        #expect(report.verdict == .done(status: 200))
        #expect(report.findings.level == .attestation)
        await bench.client.close()
    }

    @Test(
        "credentials go to the processor by reference and to nobody else",
        arguments: [
            (OpenDSRDescription.Authentication.none, String?.none),
            (.bearer("env:VENDOR_TOKEN"), "authorization: bearer tok-1"),
            (.header(name: "X-Api-Key", value: "env:VENDOR_TOKEN"), "x-api-key: tok-1"),
            (.basic(user: "env:VENDOR_USER", password: "env:VENDOR_TOKEN"), "authorization: basic dxm6dg9rlte="),
            (.basic(user: "us", password: "env:VENDOR_TOKEN"), "authorization: basic dxm6dg9rlte="),
        ]
    )
    func credentials(authentication: OpenDSRDescription.Authentication, line: String?) async throws {
        let answer = OpenDSRStub.Answer.signed(OpenDSRPapers.status, try papers.signature("pkcs1"))
        let certificate = try papers.text("good.pem")
        let stub = try OpenDSRStub(certificate: certificate) { heard, _ in
            heard.path.hasPrefix("requests") ? answer : nil
        }
        defer { stub.stop() }
        let bench = try OpenDSRBench(stub.origin)
        var description = description(stub)
        description.authentication = authentication
        #expect(await bench.connector.perform(OpenDSRBench.order(description, .poll)).verdict.outcome == .done)
        for heard in stub.heard {
            let carries = line.map { heard.head.contains($0) } ?? false
            #expect(carries == (line != nil && heard.path != "certificate"), "\(heard.path)")
            #expect(heard.path != "certificate" || !heard.head.contains("tok-1"))
        }
        await bench.client.close()
    }

    @Test("a secret that is not there stops the call before it is made")
    func noSecret() async throws {
        let stub = try OpenDSRStub { _, _ in nil }
        defer { stub.stop() }
        let bench = try OpenDSRBench(stub.origin)
        var description = description(stub)
        description.authentication = .bearer("env:NOT_THERE")
        #expect(
            await bench.connector.perform(OpenDSRBench.order(description)).verdict
                == .retry("secret_absent", blamesTarget: true)
        )
        #expect(stub.heard.isEmpty)
        await bench.client.close()
    }

    @Test("an address of our own network is not called unless the system is marked internal")
    func addressGuard() async throws {
        let stub = try OpenDSRStub { _, _ in nil }
        defer { stub.stop() }
        let bench = try OpenDSRBench(stub.origin)
        let order = OpenDSRBench.order(description(stub), isInternal: false)
        #expect(await bench.connector.perform(order).verdict == .refused("plain"))
        var encrypted = OpenDSRDescription(url: "https://127.0.0.1:9/v2")
        encrypted.domains = [OpenDSRPapers.domain]
        let other = OpenDSRBench.order(encrypted, isInternal: false)
        #expect(await bench.connector.perform(other).verdict == .refused("address_loopback"))
        #expect(stub.heard.isEmpty)
        await bench.client.close()
    }

    @Test("a processor that never answers costs no more than the order's time")
    func silent() async throws {
        let listener = try LoopbackListener { LoopbackListener.waitForEnd(of: $0) }
        defer { listener.stop() }
        let bench = try OpenDSRBench("http://127.0.0.1:\(listener.port)", timeout: .milliseconds(150))
        let start = ContinuousClock.now
        let report = await bench.act(OpenDSRDescription(url: "\(bench.base)/v2"))
        #expect(report.verdict.cause == "timeout")
        #expect(report.verdict.outcome == .retry)
        #expect(start.duration(to: .now) < bench.connector.longestCall)
        await bench.client.close()
    }
}
