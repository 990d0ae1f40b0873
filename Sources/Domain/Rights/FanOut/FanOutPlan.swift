package import Foundation

/// What a request comes to at every system that can hold its person: a pure function of the request and the data map.
///
/// Made before anything is done, and shown to whoever wants to see it first.
package struct FanOutPlan: Sendable, Hashable {
    /// What the plan depends on.
    package struct Facts: Sendable, Hashable {
        package var kind: CaseKind
        package var operation: TargetOperation
        /// Only where anybody can read (C5).
        package var isPublicOnly = false
        package var relationship: Relationship
        package var client: Client?
        package var role: Role
        /// The types of identity that are known of the person.
        package var identities: Set<IdentityType>
        package var receivedAt: Date
        package var now: Date
        package var place: Place
        /// Somebody has opted out of transfers to third parties: they get no new data of this person (C4).
        package var isTransferSuppressed = false
        /// What an authority gets and nothing else; nil where no authority demands it (K23).
        package var scope: DisclosureScope?

        package init(
            kind: CaseKind = .request,
            operation: TargetOperation,
            relationship: Relationship,
            client: Client?,
            role: Role,
            identities: Set<IdentityType>,
            receivedAt: Date,
            now: Date,
            place: Place
        ) {
            self.kind = kind
            self.operation = operation
            self.relationship = relationship
            self.client = client
            self.role = role
            self.identities = identities
            self.receivedAt = receivedAt
            self.now = now
            self.place = place
        }
    }

    /// One system's part.
    package struct Line: Sendable, Hashable {
        /// Why the part is done as it is.
        package enum Note: String, ClosedList {
            /// No machine can do this there.
            case operationNotDescribed = "operation_not_described"
            /// A machine could do this there, and nobody could tell whether it is done (G12, N4).
            case notVerifiable = "not_verifiable"
            /// Nothing is known of the person by which it finds people.
            case noCommonIdentity = "no_common_identity"
            /// It may get no new data: see the flags (G8, K16).
            case newDataBlocked = "new_data_blocked"
            /// It may get no new data: the person has opted out of it (C4).
            case transferSuppressed = "transfer_suppressed"
            /// It gets the one identity that says least, since its transfers rest on nothing (K16).
            case leastIdentifier = "least_identifier"
            /// The client's own to clean (K14).
            case clientsOwn = "clients_own"
            /// No machine can tell the categories that an authority demands there from the rest (K23).
            case categoriesByPerson = "categories_by_person"
            /// Gone by itself by its date (K12, K22).
            case byTime = "by_time"
        }

        package let system: DataSystem
        package let operation: TargetOperation
        package let way: FanOutTarget.Way
        package let note: Note?
        package let isMandatory: Bool
        package let level: Verification
        /// Systems of the plan that come first.
        package let after: [String]
        package let flags: [SystemFlag]
        package let kept: [RetentionException]
        /// Categories that are collected, and nothing else; nil where everything is.
        package let only: Set<String>?
        /// What it is told of the person: types of identity, never more than it needs.
        package let identities: [IdentityType]
        package let backupsUntil: Date?
        package let goneBy: Date?
    }

    /// In the order in which they are begun.
    package let lines: [Line]
    /// What stays for a time, all systems together.
    package let retention: RetentionPlan

    /// - Throws: where the data map would keep what may not be kept (K11), and where it names nothing at which anything is to be
    ///   done: a request ends well only where something was looked at.
    package init(_ facts: Facts, systems: [DataSystem]) throws(RetentionException.Fault) {
        let concerned = systems.filter { Self.isConcerned($0, facts) }
        let order = PlanOrder(systems, among: Set(concerned.filter(\.isActedOn).map(\.id)))
        var lines: [Line] = []
        // What is deleted can be restored there for a time, and is copied into backups until that is over.
        let latest =
            concerned.filter(\.isActedOn).compactMap(\.grace).map { $0.end(after: facts.now) }.max() ?? facts.now
        for system in order.sorted(concerned) {
            lines.append(try Self.line(system, after: order.before(system), copiedUntil: latest, facts))
        }
        guard lines.contains(where: { $0.way == .connector || $0.way == .person }) else {
            throw RetentionException.Fault(
                field: facts.isPublicOnly ? "public_content" : "systems",
                fault: "names no system at which anything is to be done for this person (N4; GDPR Art. 5(2))",
                remedy: "enter the systems that can hold such data in the data map, or answer the request by hand"
            )
        }
        self.lines = lines
        retention = RetentionPlan(lines.flatMap(\.kept))
    }

    /// The applications that are the client's own to clean.
    package var clientsOwn: [DataSystem] { lines.filter { $0.way == .client }.map(\.system) }

    /// When the last backup has lost it.
    package var backupsUntil: Date? {
        lines.flatMap { [$0.backupsUntil, $0.system.kind == .backup ? $0.goneBy : nil] }.compactMap { $0 }.max()
    }

    private static func isConcerned(_ system: DataSystem, _ facts: Facts) -> Bool {
        if facts.kind == .endOfContract { return system.holdsTenant(facts.client?.id) }
        guard system.canHold(facts.relationship, client: facts.client?.id) else { return false }
        if let scope = facts.scope { return scope.names(system) && system.isActedOn }
        if facts.isPublicOnly { return system.kind == .publicContent }
        switch system.kind {
        // What anybody can read goes with an erasure, and has nothing to do with the rest.
        case .publicContent: return facts.operation.destroys
        case .log, .backup: return facts.operation.destroys
        // Only of clients that have enabled it, and only where they are the controller.
        case .clientIntegration:
            return facts.role == .processor && facts.client.map { system.clients.contains($0.id) } ?? false
        case .own, .subprocessor: return true
        case .controller: return false
        }
    }

    private static func line(
        _ system: DataSystem,
        after: [String],
        copiedUntil: Date,
        _ facts: Facts
    ) throws(RetentionException.Fault) -> Line {
        let flags = system.flags(for: facts.client, on: facts.place.day(of: facts.now))
        let (way, note, identities) = way(system, flags, facts)
        let isActedOn = way == .connector || way == .person
        var backupsUntil: Date?
        var goneBy: Date?
        if isActedOn, facts.operation.destroys {
            let gone = system.grace?.end(after: facts.now) ?? facts.now
            backupsUntil = system.backups.map { $0.end(after: gone) }
        } else if way == .time, system.kind == .backup {
            goneBy = system.backups.map { $0.end(after: copiedUntil) }
        } else if way == .time {
            goneBy = system.retention.map { $0.end(after: facts.now) }
            backupsUntil = goneBy.flatMap { gone in system.backups.map { $0.end(after: gone) } }
        }
        return Line(
            system: system,
            operation: facts.operation,
            way: way,
            note: note,
            isMandatory: isActedOn && system.isMandatory,
            level: level(system, way, facts),
            after: isActedOn ? after : [],
            flags: flags,
            kept: isActedOn ? try kept(system, facts) : [],
            only: facts.scope?.part(of: system).categories,
            identities: identities,
            backupsUntil: backupsUntil,
            goneBy: goneBy
        )
    }

    private static func level(_ system: DataSystem, _ way: FanOutTarget.Way, _ facts: Facts) -> Verification {
        // What was handed over is there to be seen.
        if facts.operation == .collect { return .attestation }
        // Whoever does it does not verify it; only where somebody's word was to do, the doer's does.
        return way == .person && system.verification != .attestation ? .person : system.verification
    }

    private static func kept(
        _ system: DataSystem,
        _ facts: Facts
    ) throws(RetentionException.Fault) -> [RetentionException] {
        guard facts.operation.destroys else { return [] }
        let isTenant = facts.kind == .endOfContract
        var kept: [RetentionException] = []
        for rule in system.keeps {
            guard
                isTenant
                    ? rule.concerns(client: facts.client?.id)
                    : rule.concerns(facts.relationship, client: facts.client?.id)
            else { continue }
            let exception = try rule.exception(
                of: isTenant ? rule.strictest : facts.relationship,
                receivedAt: facts.receivedAt,
                at: facts.now,
                place: facts.place
            )
            if let exception { kept.append(exception) }
        }
        return kept
    }

    private static func way(
        _ system: DataSystem,
        _ flags: [SystemFlag],
        _ facts: Facts
    ) -> (FanOutTarget.Way, Line.Note?, [IdentityType]) {
        switch system.kind {
        case .clientIntegration: return (.client, .clientsOwn, [])
        case .backup: return (.time, .byTime, [])
        case .log where system.connector == .none: return (.time, .byTime, [])
        case .own, .subprocessor, .publicContent, .log, .controller: break
        }
        // Before all else, be it by mail: whoever does it sees why no machine did, and what may not be sent.
        if facts.operation.givesData {
            if facts.isTransferSuppressed, system.kind == .subprocessor { return (.person, .transferSuppressed, []) }
            if flags.contains(where: \.isBlocking) { return (.person, .newDataBlocked, []) }
        }
        if system.connector.isPerson { return (.person, nil, []) }
        guard system.connector.can(facts.operation) else { return (.person, .operationNotDescribed, []) }
        if case .byPerson? = facts.scope?.part(of: system) { return (.person, .categoriesByPerson, []) }
        if system.isMandatory, facts.operation != .collect,
            !system.connector.verification(of: facts.operation).reaches(system.verification)
        {
            return (.person, .notVerifiable, [])
        }
        if facts.operation == .eraseTenant { return (.connector, nil, []) }
        let common = (system.connector.identities ?? IdentityType.leastTellingFirst).filter(facts.identities.contains)
        guard let least = common.first else { return (.person, .noCommonIdentity, []) }
        // An own system is asked over what is in it already: nothing is transferred, and less would find less.
        let isBare = flags.contains(.mechanismMissing) || flags.contains(.mechanismExpired)
        return isBare && system.kind != .own ? (.connector, .leastIdentifier, [least]) : (.connector, nil, common)
    }
}
