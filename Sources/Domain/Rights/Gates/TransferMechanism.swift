/// What a transfer of personal data to a third country rests on, and until when (K16, C13).
package struct TransferMechanism: Sendable, Hashable {
    package enum Kind: String, ClosedList {
        /// Standard contractual clauses, Art. 46(2)(c).
        case scc
        /// A decision that the country's protection is adequate, Art. 45.
        case adequacy
        /// The EU-US Data Privacy Framework, an adequacy decision for those certified.
        case dpf
        /// Binding corporate rules, Art. 47.
        case bcr

        /// As people are told what protects their data (Art. 15(2)).
        package var words: String {
            switch self {
            case .scc: "standard contractual clauses (GDPR Art. 46(2)(c))"
            case .adequacy: "a decision that the country's protection is adequate (GDPR Art. 45)"
            case .dpf: "the EU-US Data Privacy Framework (GDPR Art. 45)"
            case .bcr: "binding corporate rules (GDPR Art. 47)"
            }
        }
    }

    /// Why a mechanism cannot be recorded.
    package enum Fault: String, Error, Sendable, Hashable {
        /// A court has struck it down; no date makes it valid again.
        case noLongerValid = "no_longer_valid"
        case unknown

        /// As a person who wrote the file is told; names no value but those of the closed list.
        package var sentence: String {
            switch self {
            case .noLongerValid:
                "is no longer valid (CJEU C-362/14 for safe_harbor, C-311/18 for privacy_shield; C13)"
            case .unknown: "is not a mechanism of Chapter V GDPR that this version knows (K16)"
            }
        }

        package var remedy: String { "use \(Kind.words.joined(separator: ", "))" }
    }

    package enum Standing: Sendable, Hashable {
        case valid
        /// Ends within ``warningDays``: somebody is told, nothing is held up.
        case ending(CivilDate)
        case expired
    }

    /// How many days ahead of its end somebody is told.
    package static let warningDays = 90

    package let kind: Kind
    /// The last day on which it holds. Every mechanism has one: adequacy is reviewed, certificates and clauses end.
    package let validUntil: CivilDate

    package init(kind: Kind, validUntil: CivilDate) {
        self.kind = kind
        self.validUntil = validUntil
    }

    /// Reads a mechanism as a file names it.
    package init(named name: String, validUntil: CivilDate) throws(Fault) {
        if name == "safe_harbor" || name == "privacy_shield" { throw .noLongerValid }
        guard let kind = Kind(rawValue: name) else { throw .unknown }
        self.init(kind: kind, validUntil: validUntil)
    }

    package func standing(on day: CivilDate) -> Standing {
        if day > validUntil { return .expired }
        return validUntil < day.adding(days: TransferMechanism.warningDays) ? .ending(validUntil) : .valid
    }
}
