package import FoundationEssentials
package import Postgres

/// A certificate word for word, with the signature over it: what is kept.
package struct SignedCertificate: Sendable {
    private let certificate: Certificate
    package let body: String
    package let keyID: String
    package let signature: [UInt8]

    init(_ certificate: Certificate, body: String, keyID: String, signature: [UInt8]) {
        self.certificate = certificate
        self.body = body
        self.keyID = keyID
        self.signature = signature
    }

    package var id: UUID { certificate.id }
    package var number: Int { certificate.number ?? 0 }

    /// SHA-256 of what was signed, hexadecimal.
    package var digest: String { file.digest }

    package var file: CertificateFile { CertificateFile(body: body, keyID: keyID, signature: signature) }

    package var insert: SQL {
        """
        INSERT INTO habeas.certificate (id, case_id, client_id, number, issued_at, body, key_id, signature)
        VALUES (\(certificate.id), \(certificate.caseID), \(certificate.clientID), \(Int32(number)), \(certificate.issuedAt),
          \(body), \(keyID), \(signature))
        """
    }
}
