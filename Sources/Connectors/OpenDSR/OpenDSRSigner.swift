import Crypto
import CryptoExtras
import Fleet
package import FoundationEssentials
import SwiftASN1
import X509

private typealias Certificate = X509.Certificate

/// A processor's certificate that has been looked at: issued by somebody trusted, for this domain, with a key that signs.
package struct OpenDSRSigner: Sendable {
    package let domain: String
    /// SHA-256 of the certificate, hexadecimal.
    package let fingerprint: String
    private let notBefore: Date
    private let notAfter: Date
    private let key: _RSA.Signing.PublicKey

    /// With the processor's own; more of them cost an attacker's victim a search through all their orders.
    private static let intermediates = 4
    private static let leastBits = 2_048

    /// Looks at a certificate.
    ///
    /// - Parameters:
    ///   - file: PEM, the processor's certificate first and behind it who vouches for it; or the one alone in DER.
    ///   - authorities: PEM file of those who are trusted, roots or not; nil: the system's roots.
    ///   - now: the machine's time; the chain's other certificates are checked against the clock.
    /// - Throws: ``OpenDSRDoubt``.
    package init(_ file: [UInt8], for domain: String, authorities: String?, at now: Date) async throws {
        let chain = try Self.certificates(file)
        guard let (leaf, der) = chain.first else { throw OpenDSRDoubt(.certificateUnreadable) }
        guard leaf.issuer != leaf.subject else { throw OpenDSRDoubt(.certificateSelfSigned) }
        guard now < leaf.notValidAfter else { throw OpenDSRDoubt(.certificateExpired) }
        guard now >= leaf.notValidBefore else { throw OpenDSRDoubt(.certificateEarly) }
        guard Self.isNamed(domain, leaf) else { throw OpenDSRDoubt(.certificateDomain) }
        guard let key = _RSA.Signing.PublicKey(leaf.publicKey), key.keySizeInBits >= Self.leastBits,
            Self.maySign(leaf)
        else { throw OpenDSRDoubt(.certificateKey) }
        var verifier = Verifier(rootCertificates: try Self.roots(authorities)) {
            RFC5280Policy()
            ServerIdentityPolicy(serverHostname: domain, serverIP: nil)
        }
        let others = CertificateStore(chain.dropFirst().prefix(Self.intermediates).map(\.certificate))
        guard case .validCertificate = await verifier.validate(leaf: leaf, intermediates: others) else {
            throw OpenDSRDoubt(.certificateIssuer)
        }
        self.domain = domain
        self.key = key
        notBefore = leaf.notValidBefore
        notAfter = leaf.notValidAfter
        fingerprint = Hex.text(SHA256.hash(data: der))
    }

    package func isValid(at now: Date) -> Bool { notBefore <= now && now < notAfter }

    /// Whether the signature is this key's over these very bytes: RSA, PKCS#1 v1.5, SHA-256. The specification does not name the
    /// padding; this is what senders use. Another padding is a wrong signature.
    package func hasSigned(_ body: [UInt8], _ signature: Data) -> Bool {
        key.isValidSignature(
            _RSA.Signing.RSASignature(rawRepresentation: signature),
            for: SHA256.hash(data: body),
            padding: .insecurePKCS1v1_5
        )
    }

    private static func certificates(_ file: [UInt8]) throws -> [(certificate: Certificate, der: [UInt8])] {
        do {
            if file.first == 0x30 { return [(try Certificate(derEncoded: file), file)] }
            return try PEMDocument.parseMultiple(pemString: String(decoding: file, as: UTF8.self))
                .filter { $0.discriminator == Certificate.defaultPEMDiscriminator }
                .prefix(intermediates + 1)
                .map { (try Certificate(pemDocument: $0), $0.derBytes) }
        } catch {
            throw OpenDSRDoubt(.certificateUnreadable)
        }
    }

    private static func roots(_ path: String?) throws -> CertificateStore {
        guard let path else { return .systemTrustRoots }
        do {
            let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            return CertificateStore(
                try PEMDocument.parseMultiple(pemString: text)
                    .filter { $0.discriminator == Certificate.defaultPEMDiscriminator }
                    .map { try Certificate(pemDocument: $0) }
            )
        } catch {
            throw OpenDSRDoubt(.authorities)
        }
    }

    /// Only an alternative name counts: the common name says nothing. A wildcard stands for one label, and for no whole top-level
    /// domain.
    private static func isNamed(_ domain: String, _ leaf: Certificate) -> Bool {
        guard let names = try? leaf.extensions.subjectAlternativeNames else { return false }
        return names.contains { name in
            guard case .dnsName(let text) = name else { return false }
            let name = text.lowercased()
            guard name.hasPrefix("*.") else { return name == domain }
            let rest = name.dropFirst(2)
            return rest.contains(".") && !rest.contains("*") && domain.drop { $0 != "." }.dropFirst() == rest
        }
    }

    /// Where the certificate says what its key is for, signatures have to be among it.
    private static func maySign(_ leaf: Certificate) -> Bool {
        do {
            guard let usage = try leaf.extensions.keyUsage else { return true }
            return usage.digitalSignature || usage.nonRepudiation
        } catch {
            // It says something that cannot be read: nothing that it could be trusted for.
            return false
        }
    }
}
