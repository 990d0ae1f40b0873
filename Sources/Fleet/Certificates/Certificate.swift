import Crypto
package import FoundationEssentials
package import Ledger
package import Postgres
package import Rights

/// What was done about a request at every target, by when, and how that is known: codes, numbers and dates, no person.
package struct Certificate: Sendable {
    package let id: UUID
    package let caseID: UUID
    package let clientID: String?
    package let number: Int
    package let issuedAt: Date
    /// The JSON text that is signed.
    package let body: String

    package init(of record: CaseFileRecord, targets: [FanOutTarget], registry: Registry, number: Int, at now: Date) {
        id = UUID.version7(at: now)
        caseID = record.id
        clientID = record.clientID
        self.number = number
        issuedAt = now
        var writer = JSONWriter(capacity: 4_096)
        writer.object { [id] body in
            body.member("certificate", id)
            body.member("number", number)
            body.member("request", record.id)
            body.member("client", record.clientID)
            body.member("issued_at", now)
            body.member("state", record.state.rawValue)
            body.key("targets")
            body.array(targets) { list, target in list.object { target.summarise(to: &$0) } }
        }
        body = String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Over the bytes of ``body``, with the installation's key for evidence.
    package func signed(with ring: KeyRing) throws -> SignedCertificate {
        guard let key = ring.signing else { throw KeyRingError(.noKey("sign")) }
        return SignedCertificate(self, keyID: key.id, signature: try key.sign(Array(body.utf8)))
    }
}

package struct SignedCertificate: Sendable {
    private let certificate: Certificate
    package let keyID: String
    package let signature: [UInt8]

    init(_ certificate: Certificate, keyID: String, signature: [UInt8]) {
        self.certificate = certificate
        self.keyID = keyID
        self.signature = signature
    }

    package var id: UUID { certificate.id }
    package var number: Int { certificate.number }

    /// SHA-256 of what was signed, hexadecimal.
    package var digest: String {
        SHA256.hash(data: Array(certificate.body.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }

    package var insert: SQL {
        """
        INSERT INTO habeas.certificate (id, case_id, client_id, number, issued_at, body, key_id, signature)
        VALUES (\(certificate.id), \(certificate.caseID), \(certificate.clientID), \(Int32(certificate.number)), \(certificate.issuedAt),
          \(certificate.body), \(keyID), \(signature))
        """
    }
}
