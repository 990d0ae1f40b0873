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
        /// What it is told of the person: types of identity, never more than it needs.
        package let identities: [IdentityType]
        package let backupsUntil: Date?
        package let goneBy: Date?
    }

    /// In the order in which they are begun.
    package let lines: [Line]
    /// What stays for a time, all systems together.
    package let retention: RetentionPlan

    /// - Throws: where the data map would keep what may not be kept (K11).
    package init(_ facts: Facts, systems: [DataSystem]) throws(RetentionException.Fault) {
        let concerned = systems.filter { Self.isConcerned($0, facts) }
        let ids = Set(concerned.filter { $0.kind.isActedOn }.map(\.id))
        var lines: [Line] = []
        for system in Self.inOrder(concerned) { lines.append(try Self.line(system, among: ids, facts)) }
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
        if facts.kind == .endOfContract { return system.holds(client: facts.client?.id) }
        guard system.canHold(facts.relationship, client: facts.client?.id) else { return false }
        if facts.isPublicOnly { return system.kind == .publicContent }
        switch system.kind {
        // What anybody can read goes with an erasure, and has nothing to do with the rest.
        case .publicContent: return facts.operation.destroys
        case .log, .backup: return facts.operation.destroys
        // Only of clients that have enabled it, and only where they are the controller.
        case .clientIntegration:
            return facts.role == .processor && facts.client.map { system.clients.contains($0.id) } ?? false
        case .own, .subprocessor: return true
        }
    }

    /// Those that wait for others behind them, else as the data map has them.
    private static func inOrder(_ systems: [DataSystem]) -> [DataSystem] {
        var left = systems
        var done: Set<String> = []
        var ordered: [DataSystem] = []
        let ids = Set(systems.map(\.id))
        while !left.isEmpty {
            let index = left.firstIndex { $0.after.allSatisfy { done.contains($0) || !ids.contains($0) } } ?? 0
            let next = left.remove(at: index)
            done.insert(next.id)
            ordered.append(next)
        }
        return ordered
    }

    private static func line(
        _ system: DataSystem,
        among ids: Set<String>,
        _ facts: Facts
    ) throws(RetentionException.Fault) -> Line {
        let flags = system.flags(for: facts.client, on: facts.place.day(of: facts.now))
        var kept: [RetentionException] = []
        if facts.operation.destroys {
            for rule in system.keeps where rule.concerns(facts.relationship, client: facts.client?.id) {
                let exception = try rule.exception(
                    of: facts.kind == .endOfContract ? .clientUser : facts.relationship,
                    receivedAt: facts.receivedAt,
                    at: facts.now,
                    place: facts.place
                )
                if let exception { kept.append(exception) }
            }
        }
        let (way, note, identities) = way(system, flags, facts)
        let isActedOn = way == .connector || way == .person
        return Line(
            system: system,
            operation: facts.operation,
            way: way,
            note: note,
            isMandatory: isActedOn && system.isMandatory,
            level: way == .person && system.verification.reaches(.person) ? .person : system.verification,
            after: isActedOn ? system.after.filter(ids.contains) : [],
            flags: flags,
            kept: kept,
            identities: identities,
            backupsUntil: isActedOn && facts.operation.destroys ? system.backups.map { $0.end(after: facts.now) } : nil,
            goneBy: way == .time ? (system.retention ?? system.backups).map { $0.end(after: facts.now) } : nil
        )
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
        case .own, .subprocessor, .publicContent, .log: break
        }
        if system.connector.isPerson || system.connector == .none { return (.person, nil, []) }
        guard system.connector.can(facts.operation) else { return (.person, .operationNotDescribed, []) }
        if facts.operation.givesData {
            if facts.isTransferSuppressed, system.kind == .subprocessor { return (.person, .transferSuppressed, []) }
            if flags.contains(where: \.isBlocking) { return (.person, .newDataBlocked, []) }
        }
        if facts.operation == .eraseTenant { return (.connector, nil, []) }
        let common = (system.connector.identities ?? IdentityType.leastTellingFirst).filter(facts.identities.contains)
        guard let least = common.first else { return (.person, .noCommonIdentity, []) }
        let isBare = flags.contains(.mechanismMissing) || flags.contains(.mechanismExpired)
        return isBare ? (.connector, .leastIdentifier, [least]) : (.connector, nil, common)
    }
}
