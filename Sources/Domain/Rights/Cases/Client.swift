/// What the registry knows of a client, as far as decisions need it.
package struct Client: Sendable, Hashable {
    package let id: String
    /// Further names by which people call this client, for `client_named`.
    package let names: [String]
    package let place: Place
    package let isSuspended: Bool
    /// A business associate agreement is signed (45 CFR 164.504(e)).
    package let hasBAA: Bool
    /// Whether the vendor acts as its agent, where it is a covered entity: what the vendor has discovered counts as discovered by it
    /// (45 CFR 164.404(a)(2)).
    package let hasAgent: Bool
    /// A data processing addendum is signed (GDPR Art. 28(3)).
    package let hasAddendum: Bool
    /// What was agreed beyond the statement (K1), as it stands.
    package let agreement: Agreement?
    /// The number of that agreement: every change counts, its end too. 0 where nothing was ever agreed.
    package let agreementVersion: Int
    /// The agreements before, by their numbers; one that is missing agreed nothing.
    private let formerAgreements: [Int: Agreement]
    /// When its contract renews; nil where it has no term.
    package let term: ContractTerm?
    /// The language in which it is written to.
    package let locale: String
    /// The ways to reach it, in its order of preference (K4).
    package let channels: [ClientChannel]
    /// The key that personal parts are sealed for, as a JWK.
    package let publicKey: String?
    /// The roles in which its people may decide on a referred case; none named: any (K5).
    package let decisionRoles: [String]
    /// Why nothing may be referred to it; nil where it may (K4).
    package let referralProhibited: String?

    package init(
        id: String,
        names: [String],
        place: Place,
        isSuspended: Bool,
        hasBAA: Bool,
        hasAgent: Bool = true,
        hasAddendum: Bool = false,
        agreement: Agreement? = nil,
        agreementVersion: Int = 0,
        formerAgreements: [Int: Agreement] = [:],
        term: ContractTerm? = nil,
        locale: String = "en",
        channels: [ClientChannel] = [],
        publicKey: String? = nil,
        decisionRoles: [String] = [],
        referralProhibited: String? = nil
    ) {
        self.id = id
        self.names = names
        self.place = place
        self.isSuspended = isSuspended
        self.hasBAA = hasBAA
        self.hasAgent = hasAgent
        self.hasAddendum = hasAddendum
        self.agreement = agreement
        self.agreementVersion = agreementVersion
        self.formerAgreements = formerAgreements
        self.term = term
        self.locale = locale
        self.channels = channels
        self.publicKey = publicKey
        self.decisionRoles = decisionRoles
        self.referralProhibited = referralProhibited
    }

    /// What was agreed by the agreement of this number.
    package func agreement(version: Int) -> Agreement? {
        version == agreementVersion ? agreement : formerAgreements[version]
    }

    /// Whether the client is where an addendum is law: the European Economic Area, the United Kingdom, Switzerland.
    package var isEuropean: Bool { Client.isEuropean(place.country) }

    /// Whether a place is there; an unknown one is not.
    package static func isEuropean(_ country: String?) -> Bool {
        country.map { europe.contains(String($0.prefix(2))) } ?? false
    }

    private static let europe: Set<String> = [
        "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU",
        "MT", "NL",
        "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO", "CH", "GB",
    ]

    /// Whether `words` are one of this client's names: equal without case and without space around.
    package func answers(to words: String) -> Bool {
        let wanted = Client.folded(words)
        return Client.folded(id) == wanted || names.contains { Client.folded($0) == wanted }
    }

    /// As a name is compared.
    static func folded(_ text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
