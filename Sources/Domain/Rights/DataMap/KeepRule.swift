package import Foundation

/// What a system keeps for a time although the person's data are erased (K11), as the data map says it.
package struct KeepRule: Sendable, Hashable {
    package enum Until: Sendable, Hashable {
        case day(CivilDate)
        /// So long from the day on which the request came in.
        case after(Period)
    }

    /// What is kept: a category of the system's.
    package let category: String
    package let reason: RetentionException.Reason
    package let basis: RetentionException.Basis
    package let until: Until
    /// Whose data it is about; none named: everybody's.
    package let relationships: Set<Relationship>
    /// Whose clients' data; none named: all.
    package let clients: Set<String>

    package init(
        category: String,
        reason: RetentionException.Reason,
        basis: RetentionException.Basis,
        until: Until,
        relationships: Set<Relationship> = [],
        clients: Set<String> = []
    ) {
        self.category = category
        self.reason = reason
        self.basis = basis
        self.until = until
        self.relationships = relationships
        self.clients = clients
    }

    /// Whether it is about such a person's data. Of who may be anybody stays what a law or a controller keeps of anybody, since
    /// nothing brings it back; what the vendor keeps for itself does not, since they may be an end user.
    package func concerns(_ relationship: Relationship, client: String?) -> Bool {
        guard concerns(client: client) else { return false }
        if relationships.isEmpty || relationships.contains(relationship) { return true }
        guard relationship == .unknown else { return false }
        if case .ownClaim = basis { return relationships.contains(.endUser) }
        return true
    }

    /// Whether it is about data of this client.
    package func concerns(client: String?) -> Bool { clients.isEmpty || client.map(clients.contains) ?? false }

    /// Of those whose data it is about, the one of whom least may be kept: what counts where everything of a client goes.
    package var strictest: Relationship {
        if relationships.isEmpty || relationships.contains(.endUser) || relationships.contains(.unknown) {
            return .endUser
        }
        return relationships.contains(.clientUser) ? .clientUser : .visitor
    }

    /// The exception for one request; nil where its time has passed already.
    ///
    /// - Throws: where it may not be kept: see ``RetentionException``.
    package func exception(
        of relationship: Relationship,
        receivedAt: Date,
        at now: Date,
        place: Place
    ) throws(RetentionException.Fault) -> RetentionException? {
        let end: Date
        switch until {
        case .day(let day): end = place.end(of: day)
        case .after(let period): end = period.end(from: receivedAt, at: place, holidays: .unknown).instant
        }
        guard end > now else { return nil }
        return try RetentionException(
            category: category,
            reason: reason,
            basis: basis,
            until: end,
            of: relationship,
            at: now
        )
    }
}
