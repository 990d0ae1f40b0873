/// How it is known that something was done at a target, from the weakest to the strongest (N4, G12).
package enum Verification: String, ClosedList {
    /// The target, or whoever works for it, says so.
    case attestation
    /// It says so over a signature that was checked.
    case signedAttestation = "signed_attestation"
    /// Somebody who did not do it has looked.
    case person
    /// A later question about the person came back empty.
    case probe
    /// The rows themselves were read again.
    case reRead = "re_read"

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Whether this is as good as what is asked for.
    package func reaches(_ wanted: Verification) -> Bool { rank >= wanted.rank }
}
