/// Which version of a processor's acceptable use rules binds a client, and since when (A9).
///
/// Statements hold from the day that was announced. Use rules are part of the contract: a new version binds a client from its
/// next renewal, and one whose contract has no term thirty days after posting.
package struct UsePolicy: Sendable, Hashable {
    package enum Ground: String, Sendable, Hashable, CaseIterable {
        /// No earlier version is known.
        case first
        case renewal
        case posting

        package var words: String {
            switch self {
            case .first: "the first version there is"
            case .renewal: "the first renewal of the contract after its posting"
            case .posting: "thirty days after its posting, as the contract has no term"
            }
        }
    }

    /// How long after posting a version binds who has no renewal.
    package static let notice = 30

    package let profile: Profile
    package let since: CivilDate
    package let ground: Ground

    /// - Parameters:
    ///   - versions: of one profile, in any order.
    ///   - term: the client's; nil where its contract has none.
    /// - Returns: nil where no version was posted by `day`.
    package init?(of versions: [Profile], term: ContractTerm?, on day: CivilDate) {
        let posted = versions.filter { $0.posted <= day }.sorted { ($0.posted, $0.version) > ($1.posted, $1.version) }
        guard let oldest = posted.last else { return nil }
        for profile in posted.dropLast() {
            let since = term?.renewal(from: profile.posted) ?? profile.posted.adding(days: UsePolicy.notice)
            guard since <= day else { continue }
            self.init(profile, since: since, ground: term == nil ? .posting : .renewal)
            return
        }
        self.init(oldest, since: oldest.posted, ground: .first)
    }

    private init(_ profile: Profile, since: CivilDate, ground: Ground) {
        self.profile = profile
        self.since = since
        self.ground = ground
    }

    package var harvest: Profile.HarvestSetting { profile.harvest }
}
