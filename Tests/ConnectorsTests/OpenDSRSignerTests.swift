import Connectors
import Foundation
import Testing

@Suite("OpenDSR: certificates and signatures that OpenSSL made")
struct OpenDSRSignerTests {
    private let papers: OpenDSRPapers

    init() throws { papers = try OpenDSRPapers.shared.get() }

    private func signer(_ file: String, authorities: String? = nil) async throws -> OpenDSRSigner {
        try await OpenDSRSigner(
            papers.bytes(file),
            for: OpenDSRPapers.domain,
            authorities: authorities ?? papers.authority,
            at: Date()
        )
    }

    private func doubt(_ file: String, authorities: String? = nil) async -> OpenDSRDoubt.Code? {
        do {
            _ = try await signer(file, authorities: authorities)
            return nil
        } catch {
            return (error as? OpenDSRDoubt)?.code
        }
    }

    @Test(
        "G12: a certificate that a trusted authority issued for the domain is good",
        arguments: ["good.pem", "good.der", "wildcard.pem", "chain.pem"]
    )
    func good(file: String) async throws {
        let signer = try await signer(file)
        #expect(signer.domain == OpenDSRPapers.domain)
        #expect(signer.isValid(at: Date()))
        #expect(!signer.isValid(at: Date(timeIntervalSince1970: 2_300_000_000)))
        #expect(signer.hasSigned(Array(OpenDSRPapers.status.utf8), Data(try papers.bytes("status.pkcs1"))))
        #expect(signer.fingerprint.count == 64)
    }

    @Test(
        "G12: what is expired, of another domain, of no domain, signed by itself or by nobody known, or no key for this, is refused",
        arguments: [
            ("expired.pem", OpenDSRDoubt.Code.certificateExpired), ("early.pem", .certificateEarly),
            ("domain.pem", .certificateDomain), ("deeper.pem", .certificateDomain), ("unnamed.pem", .certificateDomain),
            ("self.pem", .certificateSelfSigned), ("unknown.pem", .certificateIssuer),
            ("under.pem", .certificateIssuer),
            ("curve.pem", .certificateKey), ("crypt.pem", .certificateKey), ("status", .certificateUnreadable),
            ("dsr.key", .certificateUnreadable),
        ]
    )
    func refused(file: String, code: OpenDSRDoubt.Code) async {
        #expect(await doubt(file) == code)
    }

    @Test("G12: a key of 1,024 bits is refused")
    func small() async {
        let code = await doubt("small.pem")
        #expect(code == .certificateKey || code == .certificateUnreadable)
    }

    @Test("G12: one that is signed by itself is refused although somebody lists it as an authority")
    func listed() async {
        #expect(await doubt("self.pem", authorities: "\(papers.folder)/self.pem") == .certificateSelfSigned)
    }

    @Test("G12: the system's roots know nothing of a test's authority")
    func roots() async throws {
        let file = try papers.bytes("good.pem")
        await #expect(throws: OpenDSRDoubt(.certificateIssuer)) {
            try await OpenDSRSigner(file, for: OpenDSRPapers.domain, authorities: nil, at: Date())
        }
    }

    @Test("a file of authorities that is not there is ours to mend, and is said so")
    func absent() async {
        #expect(await doubt("good.pem", authorities: "\(papers.folder)/nothing.pem") == .authorities)
    }

    @Test(
        "G12: PKCS#1 v1.5 with SHA-256 is right; PSS, SHA-1 and another's key are wrong",
        arguments: [("pkcs1", true), ("pss", false), ("sha1", false), ("other", false)]
    )
    func padding(name: String, isRight: Bool) async throws {
        let signer = try await signer("good.pem")
        let signature = Data(try papers.bytes("status.\(name)"))
        #expect(signer.hasSigned(Array(OpenDSRPapers.status.utf8), signature) == isRight)
    }

    @Test("G12: a body with one byte more, less or changed is not what was signed")
    func tampered() async throws {
        let signer = try await signer("good.pem")
        let signature = Data(try papers.bytes("status.pkcs1"))
        let body = Array(OpenDSRPapers.status.utf8)
        #expect(signer.hasSigned(body, signature))
        #expect(!signer.hasSigned(body + [0x0A], signature))
        #expect(!signer.hasSigned(Array(body.dropLast()), signature))
        for index in stride(from: 0, to: body.count, by: 17) {
            var other = body
            other[index] ^= 1
            #expect(!signer.hasSigned(other, signature))
        }
        #expect(!signer.hasSigned(body, signature.dropLast()))
        #expect(!signer.hasSigned(body, Data()))
    }

    @Test("headers of both versions are read; said in part, twice or not in base64 it is wrong")
    func headers() throws {
        let v1 = try #require(
            try OpenDSRSignature([
                ("x-opengdpr-processor-domain", "DSR.Example.test"), ("X-OpenGDPR-Signature", "AAEC"),
            ])
        )
        #expect(v1.domain == OpenDSRPapers.domain)
        #expect(v1.bytes == Data([0, 1, 2]))
        #expect(try OpenDSRSignature([("content-type", "application/json")]) == nil)
        let domain = (name: "X-OpenDSR-Processor-Domain", value: "a.example")
        let signature = (name: "X-OpenDSR-Signature", value: "AAEC")
        for headers in [
            [domain], [signature], [domain, signature, signature], [domain, domain, signature],
            [domain, (name: signature.name, value: "not base64!")], [domain, (name: signature.name, value: "")],
            [domain, signature, (name: "X-OpenGDPR-Signature", value: "AAEC")],
        ] {
            #expect(throws: OpenDSRDoubt(.signature)) { try OpenDSRSignature(headers) }
        }
    }
}
