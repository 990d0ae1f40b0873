package import Foundation
package import Ledger
package import Rights

extension FanOutPlan.Facts {
    /// What the plan of a case depends on; nil where the case is about nothing that is done at systems, as a complaint.
    ///
    /// - Parameters:
    ///   - identities: the types of identity that are known of its person.
    ///   - suppressed: what holds for the person already; see ``Suppressions/Scope``.
    ///   - scope: what an authority gets, without which no plan is made for a disclosure.
    package init?(
        of record: CaseFileRecord,
        _ registry: Registry,
        identities: Set<IdentityType>,
        suppressed: Set<String>,
        scope: DisclosureScope? = nil,
        at now: Date
    ) {
        let client = record.clientID.flatMap { registry.client($0) }
        self.init(
            kind: record.kind,
            right: record.right,
            relationship: record.relationship ?? (record.lane == .own ? .clientUser : .endUser),
            client: client,
            role: record.role,
            identities: identities,
            receivedAt: record.receivedAt,
            now: now,
            place: client?.place ?? registry.atlas.place(record.country),
            scope: scope
        )
        isTransferSuppressed = suppressed.contains(Suppressions.Scope.thirdPartyTransfers.rawValue)
    }

    /// The same for a case that an event would begin, were it published; `subject` says which of its people.
    package init?(
        opening: CaseOpening,
        subject: RequestSubject?,
        client: Client?,
        _ registry: Registry,
        at now: Date
    ) {
        self.init(
            kind: opening.kind,
            right: opening.right,
            relationship: opening.relationship ?? .endUser,
            client: client,
            role: opening.role,
            identities: Set(subject?.identities.map(\.type) ?? []),
            receivedAt: now,
            now: now,
            place: client?.place ?? registry.atlas.place(opening.country)
        )
    }

    private init?(
        kind: CaseKind,
        right: Right?,
        relationship: Relationship,
        client: Client?,
        role: Role,
        identities: Set<IdentityType>,
        receivedAt: Date,
        now: Date,
        place: Place,
        scope: DisclosureScope? = nil
    ) {
        let operation: TargetOperation
        switch kind {
        case .request:
            guard let right else { return nil }
            operation = TargetOperation(right)
        case .endOfContract: operation = .eraseTenant
        case .disclosure:
            guard scope != nil else { return nil }
            operation = .collect
        case .complaint, .breachNotice, .announcement, .personalNotice: return nil
        }
        self.init(
            kind: kind,
            operation: operation,
            relationship: relationship,
            client: client,
            role: role,
            identities: identities,
            receivedAt: receivedAt,
            now: now,
            place: place
        )
        isPublicOnly = kind == .request && right == .publicRemoval
        self.scope = scope
    }
}
