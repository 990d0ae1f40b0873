package import FoundationEssentials

/// A law under which a client, as controller or covered entity, has duties of its own once it knows of an incident.
package enum BreachLaw: String, ClosedList {
    case gdpr
    case ukGDPR = "uk_gdpr"
    case fadp
    case hipaa
    case california

    /// The laws that bind a client, by where it is and what it has signed: none for one of whom nothing is known.
    package static func binding(_ client: Client) -> [BreachLaw] {
        var laws: [BreachLaw] = []
        switch client.place.country.map({ String($0.prefix(2)) }) {
        case "GB": laws.append(.ukGDPR)
        case "CH": laws.append(.fadp)
        case "US": break
        case let country where Client.isEuropean(country): laws.append(.gdpr)
        default: break
        }
        if client.hasBAA { laws.append(.hipaa) }
        if client.place.country == "US-CA" { laws.append(.california) }
        return laws
    }

    /// The regime whose authorities and names are printed.
    package var regulation: Regulation {
        switch self {
        case .gdpr: .gdpr
        case .ukGDPR: .ukGDPR
        case .fadp: .fadp
        case .hipaa: .hipaa
        case .california: .ccpa
        }
    }

    /// Until when the client tells its authority, counted from when our notice reached it; nil where no such number is written.
    package var authority: ClockRule? {
        switch self {
        case .gdpr: .breachAuthority
        case .ukGDPR: .breachAuthorityUK
        // «As soon as possible» (FADP Art. 24(1)); with the individuals (45 CFR 164.408); with them (1798.82).
        case .fadp, .hipaa, .california: nil
        }
    }

    /// Until when the client tells the people concerned; nil where no number is written.
    ///
    /// - Parameter isAgent: whether the vendor acts as the client's agent, see ``Client/hasAgent``.
    package func individuals(isAgent: Bool) -> ClockRule? {
        switch self {
        case .gdpr, .ukGDPR, .fadp: nil
        case .hipaa: isAgent ? .breachIndividualsHIPAA : .breachIndividualsHIPAATold
        case .california: .breachIndividualsCalifornia
        }
    }

    /// Whether the client's time for telling the people runs from when the incident was discovered, by whomever; from when our notice
    /// reached it where not, since that is its own discovery then.
    package func runsFromOurDiscovery(isAgent: Bool) -> Bool { self != .hipaa || isAgent }

    /// Where it is written that, and what, the authority is told.
    package var authorityArticle: String {
        switch self {
        case .gdpr: "GDPR Art. 33(3)"
        case .ukGDPR: "UK GDPR Art. 33(3)"
        case .fadp: "FADP Art. 24"
        case .hipaa: "45 CFR 164.408"
        case .california: "Cal. Civ. Code 1798.82(f)"
        }
    }

    /// Where it is written that, and what, the people are told.
    package var individualsArticle: String {
        switch self {
        case .gdpr: "GDPR Art. 34"
        case .ukGDPR: "UK GDPR Art. 34"
        case .fadp: "FADP Art. 24(4)"
        case .hipaa: "45 CFR 164.404"
        case .california: "Cal. Civ. Code 1798.82(d)"
        }
    }

    /// Where it is written that the client learns who they are, or needs to.
    package var listArticle: String {
        switch self {
        case .gdpr: "GDPR Art. 33(2), 34"
        case .ukGDPR: "UK GDPR Art. 33(2), 34"
        case .fadp: "FADP Art. 24(3), (4)"
        case .hipaa: "45 CFR 164.410(c)(1)"
        case .california: "Cal. Civ. Code 1798.82(b), (d)"
        }
    }

    /// Whether the people concerned have to be told, as far as the risk decides it.
    package func obligesToTellPeople(at risk: BreachRisk) -> Bool {
        switch self {
        case .gdpr, .ukGDPR, .fadp: risk == .high
        // Presumed to be a breach; the covered entity may show the contrary (45 CFR 164.402).
        case .hipaa, .california: true
        }
    }

    /// The client's own dates, the earliest of each kind, for its information.
    ///
    /// - Parameters:
    ///   - isAgent: whether the vendor acts as the client's agent: its discovery then counts as the client's own (45 CFR
    ///     164.404(a)(2)), and else the client has discovered what our notice told it.
    ///   - told: when our first notice reached it: its own time begins then, and on nothing before (GDPR Art. 33(1)).
    ///   - discovered: when the incident was discovered.
    package static func dates(
        _ laws: [BreachLaw],
        isAgent: Bool,
        toldAt told: Date,
        discoveredAt discovered: Date,
        at place: Place,
        atlas: HolidayAtlas
    ) -> [Deadline] {
        func first(_ clocks: [(rule: ClockRule, anchor: Date)]) -> Deadline? {
            clocks.map { Deadline($0.rule, from: $0.anchor, at: place, atlas: atlas) }
                .min { ($0.due ?? .distantFuture) < ($1.due ?? .distantFuture) }
        }
        let authorities = laws.compactMap { law in law.authority.map { ($0, told) } }
        let individuals = laws.compactMap { law in
            law.individuals(isAgent: isAgent).map {
                ($0, law.runsFromOurDiscovery(isAgent: isAgent) ? discovered : told)
            }
        }
        return [first(authorities), first(individuals)].compactMap { $0 }
    }
}
