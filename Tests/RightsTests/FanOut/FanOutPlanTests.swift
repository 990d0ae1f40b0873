import Foundation
import Rights
import Testing

@Suite("What a request comes to at every system")
struct FanOutPlanTests {
    typealias Line = FanOutPlan.Line
    static let now = CaseOpeningTests.now

    static func facts(
        _ operation: TargetOperation = .erase,
        _ relationship: Relationship = .endUser,
        client: Client? = .sample(),
        role: Role = .processor,
        _ identities: Set<IdentityType> = [.email, .controllerCustomerID],
        _ change: (inout FanOutPlan.Facts) -> Void = { _ in }
    ) -> FanOutPlan.Facts {
        var facts = FanOutPlan.Facts(
            operation: operation,
            relationship: relationship,
            client: client,
            role: role,
            identities: identities,
            receivedAt: now,
            now: now,
            place: client?.place ?? .unknown
        )
        change(&facts)
        return facts
    }

    static func line(_ facts: FanOutPlan.Facts, _ system: DataSystem) throws -> Line? {
        try FanOutPlan(facts, systems: [system, .sample("other", .own, .manual)]).lines.first {
            $0.system.id == system.id
        }
    }

    static let database = ConnectorDescription.postgres(by: .email)

    // MARK: Which

    @Test(
        "K13, K14, C5, K12, K22: each kind of system has part in what concerns it",
        arguments: [
            (.erase, [.own, .subprocessor, .publicContent, .clientIntegration, .log, .backup]),
            (.rectify, [.own, .subprocessor, .clientIntegration]),
            (.restrict, [.own, .subprocessor, .clientIntegration]),
            (.suppress, [.own, .subprocessor, .clientIntegration]),
            (.collect, [.own, .subprocessor, .clientIntegration]),
        ] as [(TargetOperation, [SystemKind])]
    )
    func kinds(_ operation: TargetOperation, _ expected: [SystemKind]) throws {
        let systems = SystemKind.allCases.map { kind in
            DataSystem.sample(kind.rawValue, kind) { system in
                if kind == .clientIntegration { system.clients = ["acme"] }
                if kind == .log { system.retention = Period(30, .calendarDay) }
                if kind == .backup { system.backups = Period(30, .calendarDay) }
            }
        }
        let plan = try FanOutPlan(Self.facts(operation), systems: systems)
        #expect(Set(plan.lines.map(\.system.kind)) == Set(expected))
    }

    @Test("C5: a removal from what anybody can read touches nothing else")
    func publicOnly() throws {
        let facts = Self.facts { $0.isPublicOnly = true }
        let systems = [DataSystem.sample("db"), .sample("forum", .publicContent, .manual)]
        #expect(try FanOutPlan(facts, systems: systems).lines.map(\.system.id) == ["forum"])
    }

    @Test("K14: an integration is its client's own to clean, and nobody else's business")
    func integrations() throws {
        let crm = DataSystem.sample("crm", .clientIntegration) { $0.clients = ["acme"] }
        let line = try #require(try Self.line(Self.facts(), crm))
        #expect(line.way == .client && line.note == .clientsOwn && !line.isMandatory && line.identities == [])
        #expect(try Self.line(Self.facts(client: .sample(id: "globex")), crm) == nil)
        // Where the vendor is itself the controller the client has nothing to clean.
        #expect(try Self.line(Self.facts(.erase, .clientUser, role: .controller), crm) == nil)
        #expect(try FanOutPlan(Self.facts(), systems: [.sample(), crm]).clientsOwn.map(\.id) == ["crm"])
    }

    @Test(
        "N4: a plan by which nothing is done anywhere is refused, and a person is asked",
        arguments: [
            [], [DataSystem.sample("g", .own) { $0.clients = ["globex"] }],
            [
                DataSystem.sample("crm", .clientIntegration) { $0.clients = ["acme"] },
                DataSystem.sample("b", .backup) { $0.backups = Period(1, .calendarDay) },
                DataSystem.sample("l", .log) { $0.retention = Period(1, .calendarDay) },
            ],
        ]
    )
    func nothing(_ systems: [DataSystem]) {
        let fault = #expect(throws: RetentionException.Fault.self) { try FanOutPlan(Self.facts(), systems: systems) }
        #expect(fault?.field == "systems" && fault?.remedy.isEmpty == false)
    }

    // MARK: By which way

    @Test(
        "K13, G12, G4: a machine does what it can do, find and show; a person does the rest",
        arguments: [
            (database, TargetOperation.erase, FanOutTarget.Way.connector, Line.Note?.none, [IdentityType.email]),
            (database, .restrict, .person, .operationNotDescribed, []),
            (.none, .erase, .person, .operationNotDescribed, []),
            (.manual, .erase, .person, nil, []), (.email, .erase, .person, nil, []),
            (.postgres(by: .phone), .erase, .person, .noCommonIdentity, []),
            (.opendsr(.email, .controllerCustomerID), .erase, .connector, nil, [.controllerCustomerID, .email]),
            (.http(verified: [.erase], described: [.restrict], .email), .restrict, .person, .notVerifiable, []),
            (.http(verified: [.erase, .restrict], .email), .restrict, .connector, nil, [.email]),
        ] as [(ConnectorDescription, TargetOperation, FanOutTarget.Way, Line.Note?, [IdentityType])]
    )
    func ways(
        _ connector: ConnectorDescription,
        _ operation: TargetOperation,
        _ way: FanOutTarget.Way,
        _ note: Line.Note?,
        _ told: [IdentityType]
    ) throws {
        let line = try #require(try Self.line(Self.facts(operation), .sample("s", .subprocessor, connector)))
        #expect(line.way == way && line.note == note && line.identities == told)
        #expect(line.isMandatory)
    }

    @Test("G12: what nothing hangs on may be asked without being looked at")
    func optional() throws {
        let system = DataSystem.sample("s", .subprocessor, .http(described: [.restrict], .email)) {
            $0.isMandatory = false
            $0.verification = .probe
        }
        #expect(try Self.line(Self.facts(.restrict), system)?.way == .connector)
    }

    @Test(
        "N4: a person's part counts once somebody else has looked, but where a word was to do",
        arguments: [
            (.reRead, .person), (.probe, .person), (.person, .person), (.signedAttestation, .person),
            (.attestation, .attestation),
        ] as [(Verification, Verification)]
    )
    func levels(_ wanted: Verification, _ level: Verification) throws {
        let system = DataSystem.sample("s", .own, .manual) { $0.verification = wanted }
        #expect(try Self.line(Self.facts(), system)?.level == level)
    }

    // MARK: New data

    static let flagged = DataSystem.sample(
        "s",
        .subprocessor,
        region: "US",
        .http(verified: [.erase, .rectify, .restrict], .email, .controllerCustomerID)
    )

    @Test(
        "G8, K16, C11, Y11: a flagged system gets no new data, and what takes data away reaches it",
        arguments: [
            (.erase, .connector, .leastIdentifier, [.controllerCustomerID]),
            (.restrict, .connector, .leastIdentifier, [.controllerCustomerID]),
            (.rectify, .person, .newDataBlocked, []),
        ] as [(TargetOperation, FanOutTarget.Way, Line.Note?, [IdentityType])]
    )
    func blocked(_ operation: TargetOperation, _ way: FanOutTarget.Way, _ note: Line.Note?, _ told: [IdentityType])
        throws
    {
        let line = try #require(try Self.line(Self.facts(operation), Self.flagged))
        #expect(line.flags == [.mechanismMissing])
        #expect(line.way == way && line.note == note && line.identities == told)
    }

    @Test(
        "G8, C11: without an agreement, or for a forbidden purpose, a correction goes nowhere and an erasure does",
        arguments: [.agreementMissing, .purposeForbidden, .purposeMissing] as [SystemFlag]
    )
    func otherFlags(_ flag: SystemFlag) throws {
        var system = Self.flagged
        system.mechanism = TransferMechanism(kind: .scc, validUntil: try #require(CivilDate(iso: "2030-01-01")))
        if flag == .agreementMissing { system.agreedOn = nil }
        if flag == .purposeForbidden { system.purposes = ["resale"] }
        if flag == .purposeMissing { system.purposes = [] }
        #expect(try Self.line(Self.facts(.rectify), system)?.note == .newDataBlocked)
        let erased = try #require(try Self.line(Self.facts(), system))
        #expect(erased.flags == [flag] && erased.way == .connector && erased.identities.count == 2)
    }

    @Test("G8, K16: nobody is written a letter with data that its reader may not get")
    func letters() throws {
        let system = DataSystem.sample("s", .subprocessor, region: "US", .email)
        let line = try #require(try Self.line(Self.facts(.rectify), system))
        #expect(line.way == .person && line.note == .newDataBlocked)
        var target = FanOutTarget(
            id: UUID(),
            caseID: UUID(),
            clientID: "acme",
            system: "s",
            systemVersion: 1,
            operation: .rectify,
            way: line.way,
            isMandatory: true,
            level: line.level,
            ordinal: 0,
            key: UUID()
        )
        let abilities = FanOutTarget.Abilities(of: system, for: .rectify)
        var open = target
        #expect(open.begin(abilities) == .targetAct && open.state == .acting)
        target.note = line.note?.rawValue
        #expect(target.begin(abilities) == nil && target.state == .pending)
    }

    @Test("C4: who has opted out of transfers is corrected at no third party by a machine, and erased there")
    func optedOut() throws {
        let system = DataSystem.sample("s", .subprocessor, .http(verified: [.erase, .rectify], .email))
        func facts(_ operation: TargetOperation) -> FanOutPlan.Facts {
            Self.facts(operation) { $0.isTransferSuppressed = true }
        }
        #expect(try Self.line(facts(.rectify), system)?.note == .transferSuppressed)
        #expect(try Self.line(facts(.erase), system)?.way == .connector)
        let own = DataSystem.sample("o", .own, .http(verified: [.erase, .rectify], .email))
        #expect(try Self.line(facts(.rectify), own)?.way == .connector)
    }

    @Test("G12: an own system without a mechanism is searched by all that is known: nothing is transferred by it")
    func ownWithoutMechanism() throws {
        let system = DataSystem.sample("s", .own, region: "US", .postgres(by: .email, .controllerCustomerID))
        let line = try #require(try Self.line(Self.facts(), system))
        #expect(line.flags == [.mechanismMissing] && line.note == nil)
        #expect(line.identities == [.controllerCustomerID, .email])
    }

    // MARK: In which order

    static func system(_ id: String, after: String...) -> DataSystem { .sample(id) { $0.after = after } }

    @Test("is in the order of the data map, but for those that wait")
    func order() throws {
        let systems = [Self.system("a", after: "c"), Self.system("b"), Self.system("c", after: "d"), Self.system("d")]
        let plan = try FanOutPlan(Self.facts(), systems: systems)
        #expect(plan.lines.map(\.system.id) == ["b", "d", "c", "a"])
        #expect(plan.lines.map(\.after) == [[], [], ["d"], ["c"]])
    }

    @Test("who comes after somebody who has no part in it comes after whom that one comes after")
    func transitive() throws {
        var between = Self.system("b", after: "c", "d")
        between.clients = ["globex"]
        let log = DataSystem.sample("c", .log) {
            $0.retention = Period(1, .calendarDay)
            $0.after = ["e"]
        }
        let systems = [Self.system("a", after: "b"), between, log, Self.system("d"), Self.system("e")]
        let plan = try FanOutPlan(Self.facts(), systems: systems)
        #expect(plan.lines.first { $0.system.id == "a" }?.after == ["e", "d"])
        #expect(plan.lines.map(\.system.id) == ["c", "d", "e", "a"])
    }

    // MARK: What is kept

    static func keeping(_ rules: KeepRule...) -> DataSystem { .sample("db", .own, database) { $0.keeps = rules } }

    @Test("K11, Y4, Y10: what is kept is planned with reason, basis and end, and the rest is erased")
    func kept() throws {
        let rule = KeepRuleTests.rule(whose: [.clientUser])
        let plan = try FanOutPlan(Self.facts(.erase, .clientUser, role: .controller), systems: [Self.keeping(rule)])
        let kept = try #require(plan.lines.first?.kept.first)
        #expect(kept.category == "invoices" && kept.reason == .legalDuty && kept.basis.citation == "HGB § 257")
        #expect(kept.until > Self.now && plan.retention.exceptions == [kept])
        #expect(plan.lines.first?.way == .connector)
        #expect(try FanOutPlan(Self.facts(), systems: [Self.keeping(rule)]).retention.exceptions == [])
        #expect(
            try FanOutPlan(Self.facts(.restrict, .clientUser), systems: [Self.keeping(rule)]).retention.exceptions == []
        )
    }

    @Test(
        "K11: a plan that would keep an end user's data for the vendor's own claim is refused",
        arguments: [.endUser, .unknown] as [Relationship]
    )
    func refused(_ relationship: Relationship) {
        let system = Self.keeping(KeepRuleTests.rule(.ownClaim("terms § 9")))
        let fault = #expect(throws: RetentionException.Fault.self) {
            try FanOutPlan(Self.facts(.erase, relationship), systems: [system])
        }
        #expect(fault?.field == "basis")
    }

    @Test("K8, K9, K11: with a whole client goes everything but what may be kept of those it is about")
    func tenants() throws {
        let facts = Self.facts(.eraseTenant) { $0.kind = .endOfContract }
        let users = Self.keeping(KeepRuleTests.rule(.ownClaim("terms § 9"), whose: [.clientUser]))
        let plan = try FanOutPlan(facts, systems: [users, .sample("visitors") { $0.relationships = [.visitor] }])
        #expect(plan.lines.map(\.system.id) == ["db"] && plan.lines.first?.way == .connector)
        #expect(plan.retention.exceptions.map(\.category) == ["invoices"])
        // The same claim on everybody's data is on end users' too.
        #expect(throws: RetentionException.Fault.self) {
            try FanOutPlan(facts, systems: [Self.keeping(KeepRuleTests.rule(.ownClaim("terms § 9")))])
        }
        let others = Self.keeping(KeepRuleTests.rule(clients: ["globex"]))
        #expect(try FanOutPlan(facts, systems: [others]).retention.exceptions == [])
    }

    // MARK: When it is gone

    @Test("K12, K22: logs and backups are gone by their dates, counted from when nothing is copied any more")
    func dates() throws {
        let day = 86_400.0
        let systems = [
            DataSystem.sample("db", .own, Self.database) { $0.backups = Period(10, .calendarDay) },
            DataSystem.sample("soft", .subprocessor, .opendsr(.email)) {
                $0.grace = Period(7, .calendarDay)
                $0.backups = Period(3, .calendarDay)
            },
            DataSystem.sample("log", .log) {
                $0.retention = Period(30, .calendarDay)
                $0.backups = Period(5, .calendarDay)
            },
            DataSystem.sample("backup", .backup) { $0.backups = Period(35, .calendarDay) },
        ]
        let plan = try FanOutPlan(Self.facts(), systems: systems)
        func after(_ date: Date?) -> Double? { date.map { $0.timeIntervalSince(Self.now) / day } }
        #expect(plan.lines.map { after($0.backupsUntil) } == [10, 10, 35, nil])
        #expect(plan.lines.map { after($0.goneBy) } == [nil, nil, 30, 42])
        #expect(plan.lines.map(\.way) == [.connector, .connector, .time, .time])
        #expect(plan.lines.suffix(2).allSatisfy { $0.note == .byTime && !$0.isMandatory })
        #expect(after(plan.backupsUntil) == 42)
    }

    @Test("K12: a log that can be searched is erased like anything else")
    func searchableLog() throws {
        let log = DataSystem.sample("log", .log, .http(verified: [.erase], .email))
        let line = try #require(try Self.line(Self.facts(), log))
        #expect(line.way == .connector && line.isMandatory && line.level == .probe)
    }

    @Test("K22: what is only corrected stays in backups as long as it is corrected, so nothing is said of them")
    func noDates() throws {
        let system = DataSystem.sample("db", .own, Self.database) { $0.backups = Period(10, .calendarDay) }
        let plan = try FanOutPlan(Self.facts(.restrict), systems: [system])
        #expect(plan.backupsUntil == nil)
    }
}
