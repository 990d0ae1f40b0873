package import FoundationEssentials
package import Ledger
package import Rights

/// What was done about a request at every target, by when, and how that is known: codes, numbers and dates, no person.
///
/// The body is the text that is signed and kept. The same values give the same bytes.
package struct Certificate: Sendable {
    /// Counted up when a member changes its meaning or goes; readers pass over members that they do not know.
    package static let version = 1

    package let id: UUID
    package let caseID: UUID
    package let clientID: String?
    /// Counts the certificates of one case; nil for one that is not kept.
    package let number: Int?
    package let issuedAt: Date
    /// Something at a target has not come to its end.
    package let isInterim: Bool
    let record: CaseFileRecord
    let targets: [FanOutTarget]
    let effects: [UUID: [EffectRecord]]
    let registry: Registry

    /// - Parameters:
    ///   - record: with the chain as it stands before the certificate itself is entered there.
    ///   - effects: the case's, as far as they are known: how often each target was asked, and what it answered.
    ///   - id: its id where it is made a second time from the same values.
    package init(
        of record: CaseFileRecord,
        targets: [FanOutTarget],
        effects: [EffectRecord] = [],
        registry: Registry,
        number: Int?,
        at now: Date,
        id: UUID? = nil
    ) {
        self.id = id ?? UUID.version7(at: now)
        caseID = record.id
        clientID = record.clientID
        self.number = number
        issuedAt = now
        isInterim = targets.contains { !$0.state.isFinal }
        self.record = record
        self.targets = targets.sorted { ($0.ordinal, $0.part.rawValue) < ($1.ordinal, $1.part.rawValue) }
        var calls: [UUID: [EffectRecord]] = [:]
        for effect in effects where effect.kind?.goesToTarget == true {
            if let id = TargetParameters(reading: effect.parameters)?.target { calls[id, default: []].append(effect) }
        }
        self.effects = calls
        self.registry = registry
    }

    /// Over the bytes of the body, with the installation's key for evidence.
    package func signed(with ring: KeyRing) throws -> SignedCertificate {
        guard let key = ring.signing else { throw KeyRingError(.noKey("sign")) }
        let body = body(signedWith: key)
        return SignedCertificate(self, body: body, keyID: key.id, signature: try key.sign(Array(body.utf8)))
    }
}
