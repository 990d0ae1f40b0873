/// A closed gate: why something may not be done yet, where that is written and what opens it. An open gate is no value.
///
/// Gates concern what the vendor does as a client's processor; what it owes people as their controller waits for no client.
package enum Gate: String, CaseIterable, Hashable, Sendable {
    case clientSuspended = "client_suspended"
    case addendumMissing = "addendum_missing"
    case mechanismMissing = "mechanism_missing"
    case mechanismExpired = "mechanism_expired"

    package enum Effect: String, Sendable, Hashable {
        /// A person may let it through.
        case waitsForPerson = "waits_for_person"
        /// Nobody may; what is missing has to come.
        case blocked
    }

    /// The gates that are closed before `act`, for a client as it stands now.
    package static func closed(before act: GatedAct, of client: Client?, as role: Role) -> [Gate] {
        guard act.givesData, role == .processor, let client else { return [] }
        var gates: [Gate] = []
        if client.isSuspended { gates.append(.clientSuspended) }
        if !client.hasAddendum, client.isEuropean { gates.append(.addendumMissing) }
        return gates
    }

    /// The gates that are closed before data of `client` goes to a recipient in `region`; those before any transfer among them.
    ///
    /// - Parameters:
    ///   - region: where the recipient is, ISO 3166-1; nil where nobody knows, which counts as a third country.
    ///   - mechanism: what the transfer rests on.
    ///   - day: today, at the client's place.
    package static func closed(
        before act: GatedAct,
        of client: Client,
        as role: Role,
        to region: String?,
        under mechanism: TransferMechanism?,
        on day: CivilDate
    ) -> [Gate] {
        var gates = closed(before: act, of: client, as: role)
        guard act.givesData, client.isEuropean, !Client.isEuropean(region) else { return gates }
        switch mechanism?.standing(on: day) {
        case nil: gates.append(.mechanismMissing)
        case .expired: gates.append(.mechanismExpired)
        case .valid, .ending: break
        }
        return gates
    }

    package var effect: Effect { self == .clientSuspended ? .waitsForPerson : .blocked }

    /// The row of the obligations.
    package var obligation: String {
        switch self {
        case .clientSuspended: "A1"
        case .addendumMissing: "G11"
        case .mechanismMissing: "K16"
        case .mechanismExpired: "C13"
        }
    }

    package var source: String {
        switch self {
        case .clientSuspended: "acceptable use policy, suspension (A1)"
        case .addendumMissing: "GDPR Art. 28(3)"
        case .mechanismMissing, .mechanismExpired: "GDPR Art. 44, 46"
        }
    }

    /// What opens it.
    package var remedy: String {
        switch self {
        case .clientSuspended: "end the suspension with `habeas clients apply`, or let a person decide about the case"
        case .addendumMissing: "record the signed addendum as `dpa_signed_on` with `habeas clients apply`"
        case .mechanismMissing:
            "record an approved mechanism for the recipient: scc, adequacy, dpf or bcr, and until when"
        case .mechanismExpired: "renew the mechanism and record its new `valid_until`"
        }
    }
}
