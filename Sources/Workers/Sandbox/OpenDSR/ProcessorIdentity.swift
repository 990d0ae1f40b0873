import Crypto
import CryptoExtras
import FoundationEssentials
import Outbound
import SwiftASN1
import Synchronization
import X509

/// What a processor signs with: one RSA key for all peers and, for each, a certificate of its domain.
///
/// Without files of the user's the key is made at start, and the certificates are issued by an authority that is made then, too.
package final class ProcessorIdentity: Sendable {
    private struct Given {
        let certificate: String
        let domain: String
    }

    private struct Authority {
        let key: Certificate.PrivateKey
        let certificate: Certificate
    }

    private let key: _RSA.Signing.PrivateKey
    private let given: Given?
    private let authority: Authority?
    private let issued = Mutex<[PeerName: String]>([:])

    /// Makes a key and an authority.
    package init() throws {
        key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        given = nil
        let authorityKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let name = try DistinguishedName { CommonName("habeas-sandbox authority") }
        authority = Authority(
            key: authorityKey,
            certificate: try Self.certificate(
                of: authorityKey.publicKey,
                name,
                issuer: (authorityKey, name),
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                }
            )
        )
    }

    /// Takes the user's.
    ///
    /// - Parameters:
    ///   - certificatePath: PEM, the processor's certificate first; the domain is its first alternative name.
    ///   - keyPath: PEM of its RSA key.
    package init(certificatePath: String, keyPath: String) throws {
        let pem = try Self.read(certificatePath, flag: "--certificate")
        key = try Self.fail("--key: \(keyPath) holds no RSA key in PEM; give the certificate's") {
            try _RSA.Signing.PrivateKey(pemRepresentation: Self.read(keyPath, flag: "--key"))
        }
        let certificate = try Self.fail("--certificate: \(certificatePath) holds no certificate in PEM; give one") {
            guard let first = try PEMDocument.parseMultiple(pemString: pem).first else { throw WebhookError(.secret) }
            return try Certificate(pemDocument: first)
        }
        let names = try certificate.extensions.subjectAlternativeNames
        guard let domain = names?.compactMap({ name in if case .dnsName(let name) = name { name } else { nil } }).first
        else {
            throw SandboxError(
                "--certificate: \(certificatePath) names no domain; give one with a DNS alternative name"
            )
        }
        guard certificate.publicKey == Certificate.PublicKey(key.publicKey) else {
            throw SandboxError("--key: \(keyPath) is not the key of --certificate; give that one")
        }
        given = Given(certificate: pem, domain: domain)
        authority = nil
    }

    /// PEM of who vouches for the certificates; nil when they are the user's.
    package var authorityCertificate: String? {
        get throws { try authority?.certificate.serializeAsPEM().pemString }
    }

    func domain(of name: PeerName) -> String { given?.domain ?? "\(name.text.lowercased()).sandbox.test" }

    /// PEM.
    func certificate(of name: PeerName) throws -> String {
        guard let authority else { return given?.certificate ?? "" }
        if let known = issued.withLock({ $0[name] }) { return known }
        let domain = domain(of: name)
        let certificate = try Self.certificate(
            of: Certificate.PublicKey(key.publicKey),
            try DistinguishedName { CommonName(domain) },
            issuer: (authority.key, authority.certificate.subject),
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                SubjectAlternativeNames([.dnsName(domain)])
            }
        )
        let pem = try certificate.serializeAsPEM().pemString
        issued.withLock { $0[name] = pem }
        return pem
    }

    /// Base64 of an RSA signature over the body: PKCS#1 v1.5 with SHA-256.
    ///
    /// - Parameter isWrong: signs something else.
    func signature(of body: [UInt8], isWrong: Bool) throws -> String {
        let digest = SHA256.hash(data: isWrong ? body + [0] : body)
        return try key.signature(for: digest, padding: .insecurePKCS1v1_5).rawRepresentation.base64EncodedString()
    }

    private static func certificate(
        of key: Certificate.PublicKey,
        _ subject: DistinguishedName,
        issuer: (key: Certificate.PrivateKey, name: DistinguishedName),
        extensions: Certificate.Extensions
    ) throws -> Certificate {
        // From yesterday, for callers whose clock is a little behind.
        let now = Date()
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key,
            notValidBefore: now - 86_400,
            notValidAfter: now + 365 * 86_400,
            issuer: issuer.name,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: extensions,
            issuerPrivateKey: issuer.key
        )
    }

    private static func read(_ path: String, flag: String) throws -> String {
        try fail("\(flag): \(path) cannot be read; give a file of PEM") {
            String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        }
    }

    /// The sentence in place of a library's error.
    private static func fail<Value>(_ sentence: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as SandboxError {
            throw error
        } catch {
            throw SandboxError(sentence)
        }
    }
}
