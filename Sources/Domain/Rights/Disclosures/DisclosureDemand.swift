package import Foundation

/// An authority's demand for data, as a person has read it: who demands what of whose data, by what law, until when (K23, C8).
///
/// No field names a person but by a role: all of it is kept as evidence. Whose data it is about is kept sealed with the case.
package struct DisclosureDemand: Sendable, Hashable {
    /// Why the client may not be told, and until when; nil where nobody knows.
    package struct Prohibition: Sendable, Hashable {
        package var reason: String
        package var until: Date?

        package init(reason: String, until: Date?) {
            self.reason = reason
            self.until = until
        }
    }

    /// The client has so long to object where nothing else is said.
    package static let usualTerm = Period(3, .businessDay)
    private static let longestTerm = Period(30, .calendarDay)
    /// Bytes of a text.
    private static let longest = 500

    package var authority: String
    /// ISO 3166-1 or -2, in capitals.
    package var country: String
    package var kind: AuthorityKind
    package var law: String
    package var article: String
    /// The authority's own name for the matter.
    package var reference: String
    /// Who has read it; a role.
    package var reviewer: String
    /// Who fetches the data, and how they get them; a role.
    package var delivery: String
    package var relationship: Relationship
    package var scope: DisclosureScope
    /// When it reached us.
    package var demandedAt: Date
    package var dueAt: Date
    /// How long the client has to object, from being told.
    package var term: Period
    package var prohibition: Prohibition?

    package init(
        authority: String,
        country: String,
        kind: AuthorityKind,
        law: String,
        article: String,
        reference: String,
        reviewer: String,
        delivery: String,
        relationship: Relationship = .endUser,
        scope: DisclosureScope,
        demandedAt: Date,
        dueAt: Date,
        term: Period = DisclosureDemand.usualTerm,
        prohibition: Prohibition? = nil
    ) {
        self.authority = authority
        self.country = country
        self.kind = kind
        self.law = law
        self.article = article
        self.reference = reference
        self.reviewer = reviewer
        self.delivery = delivery
        self.relationship = relationship
        self.scope = scope
        self.demandedAt = demandedAt
        self.dueAt = dueAt
        self.term = term
        self.prohibition = prohibition
    }

    /// What the data are handed over by, as deadlines and messages cite it.
    package var basis: String { "\(law), \(article)" }

    /// Whether it says what it has to; the scope is checked apart, against the data map.
    package func check(at now: Date) throws(DisclosureFault) {
        let texts = [
            ("authority", authority), ("law", law), ("article", article), ("reference", reference),
            ("reviewer", reviewer), ("delivery", delivery),
        ]
        for (field, text) in texts { try Self.check(text, field) }
        guard Country.normalise(country) == country else {
            throw DisclosureFault("country", "is no country", "write ISO 3166: `DE`, `US-CA`")
        }
        guard demandedAt <= now else {
            throw DisclosureFault("received_at", "is to come", "write when the demand reached you")
        }
        guard dueAt > demandedAt else {
            throw DisclosureFault("due_at", "is not after the demand came", "write the authority's own date")
        }
        guard term.longestHours <= Self.longestTerm.longestHours else {
            throw DisclosureFault("client_term", "is longer than 30 days", "give the client less time to object")
        }
        guard let prohibition else { return }
        try Self.check(prohibition.reason, "prohibition.reason")
        guard prohibition.until.map({ $0 > now }) ?? true else {
            throw DisclosureFault(
                "prohibition.until",
                "has passed",
                "leave the prohibition out: the client may be told"
            )
        }
    }

    private static func check(_ text: String, _ field: String) throws(DisclosureFault) {
        guard text.contains(where: { !$0.isWhitespace }), text.utf8.count <= longest,
            !text.contains(where: \.isNewline)
        else {
            throw DisclosureFault(field, "is not 1 to \(longest) bytes on one line", "write a short text")
        }
    }
}
