import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas policy explain`
struct PolicyExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Prints which rules hold for a case or a client: value, layer, clause and article.",
        discussion: """
            For a case: its clocks as of now, under the versions of profile and agreement it began with. For a client: what a
            request of this kind, made now, would be handled under.

            Examples:
              habeas policy explain --case 01930000-0000-7000-8000-000000000000
              habeas policy explain --client acme --right access --regulation gdpr --profile kustomer
            """
    )

    @Option(name: .customLong("case"), help: ArgumentHelp("A case, by its id.", valueName: "id"))
    var caseID: String?

    @Option(help: ArgumentHelp("A client, by its id.", valueName: "id"))
    var client: String?

    @Option(help: "What is asked: access, erasure, …")
    var right: String?

    @Option(help: "gdpr, uk_gdpr, fadp, ccpa, hipaa, lgpd or other.")
    var regulation: String?

    @Option(help: "The profile, where a client is named.")
    var profile = "kustomer"

    @Option(help: "own, referral or fulfilment, where a client is named.")
    var lane = "referral"

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await DatabaseSession.run(try common.configuration()) { connection in
            let registry = try await Registry.load(on: connection)
            if let caseID {
                try await explain(case: caseID, registry, on: connection)
            } else if let client {
                let now = try await connection.query("SELECT habeas.domain_now()").only.decode(Date.self)
                try explain(client: client, registry, at: now)
            } else {
                throw Failure("policy explain", "needs --case or --client", "name one of them", status: .usage)
            }
        }
    }

    private nonisolated(nonsending) func explain(
        case text: String,
        _ registry: Registry,
        on connection: PostgresConnection
    ) async throws {
        let id = try UUID(argument: text)
        let results = try await connection.pipeline([
            "SELECT \(CaseFileRecord.columns) FROM habeas.case_file WHERE id = \(id)", PauseWrites.reading([id]),
            "SELECT habeas.domain_now()",
        ])
        guard let row = results[0].first else {
            throw Failure("case", "is not known", "look it up with `habeas requests list`")
        }
        let record = try CaseFileRecord(row: row)
        let pauses = try results[1].map { try PauseWrites.decode($0).pause }
        let changes = CaseChanges(at: try results[2].only.decode(Date.self), registry: registry)
        let clocks = changes.clocks(of: record, waited: pauses)
        let client = record.clientID.flatMap { registry.client($0) }
        write(
            policy: changes.policy(of: record),
            agreement: record.agreementVersion ?? client?.agreementVersion,
            use: registry.usePolicy(
                profile: record.profile,
                client: client,
                at: record.receivedAt
            ),
            right: record.right,
            sheet: clocks.map { ClockSheet(clocks: $0, place: changes.place(of: record)) },
            head: [
                ("case", id.lowercaseText), ("client", record.clientID), ("role", record.role.rawValue),
                ("lane", record.lane.rawValue), ("state", record.state.rawValue), ("right", record.right?.rawValue),
                ("regulation", record.regulation.rawValue),
            ]
        )
    }

    private func explain(client id: String, _ registry: Registry, at now: Date) throws {
        guard let known = registry.client(id) else {
            throw Failure("client", "is not registered", "look it up with `habeas clients list`")
        }
        guard let right = Right(rawValue: right ?? ""), let regulation = Regulation(rawValue: regulation ?? ""),
            let lane = Lane(rawValue: lane)
        else {
            throw Failure(
                "policy explain",
                "needs a known --right, --regulation and --lane",
                "see --help",
                status: .usage
            )
        }
        let policy = registry.policy(profile: profile, client: known, at: now)
        let facts = CaseClocks.Facts(
            lane: lane,
            state: lane == .referral ? .received : .inProgress,
            right: right,
            regulation: regulation,
            isMinor: false,
            submittedAt: now,
            instructedAt: lane == .fulfilment ? now : nil,
            receivedAt: now
        )
        let clocks = CaseClocks(facts, policy: policy, place: known.place, atlas: registry.atlas)
        write(
            policy: policy,
            agreement: known.agreementVersion,
            use: registry.usePolicy(profile: profile, client: known, at: now),
            right: right,
            sheet: ClockSheet(clocks: clocks, place: known.place),
            head: [
                ("client", id), ("lane", lane.rawValue), ("right", right.rawValue), ("regulation", regulation.rawValue),
            ]
        )
    }

    private func write(
        policy: Policy,
        agreement: Int?,
        use: UsePolicy?,
        right: Right?,
        sheet: ClockSheet?,
        head: [(String, String?)]
    ) {
        let settings = ClockKey.allCases.compactMap { key in policy.clock(key).map { (key, $0.rule, $0.layer) } }
        let identity = right.map { policy.identityLevel(for: $0) }
        if common.json {
            var members: [(String, JSONValue)] = head.map { ($0.0, JSONValue($0.1)) }
            members += [
                ("profile", .string(policy.profile.name)), ("profile_version", .integer(policy.profile.version)),
                ("title", .string(policy.profile.title)), ("agreement", JSONValue(policy.agreement?.name)),
                ("agreement_version", JSONValue(agreement)),
                ("clocks", sheet?.json ?? .array([])),
                (
                    "settings",
                    .array(
                        settings.map { key, rule, layer in
                            [
                                "key": .string(key.rawValue), "period": .string(rule.period.description),
                                "layer": .string(layer.rawValue), "clause": .string(rule.source),
                                "sentence": .string(rule.sentence), "unverified": .bool(rule.isUnverified),
                            ]
                        }
                    )
                ),
                ("identity_level", JSONValue(identity?.level?.rawValue)),
                ("identity_clause", JSONValue(identity?.clause)),
                ("extension", .string(policy.profile.extending.automaticReason ?? "a person decides")),
                ("extension_clause", .string(policy.profile.extending.clause)),
                ("dispute_body", JSONValue(policy.profile.disputeBody)),
                ("profile_effective_from", .string(policy.profile.effectiveFrom.description)),
                ("use_policy", use.map(\.json) ?? .null),
            ]
            StandardOutput.write(.object(members))
            return
        }
        let extending = policy.profile.extending
        let whoExtends = extending.automaticReason.map { "by the clock, reason \($0)" } ?? "a person decides"
        let sheetOfCase = Sheet(
            head + [
                (
                    "profile",
                    "\(policy.profile.name), version \(policy.profile.version), in force since \(policy.profile.effectiveFrom): \(policy.profile.title)"
                ),
                ("use policy", use.map(\.text)),
                (
                    "agreement",
                    policy.agreement.map { "\($0.name), version \(agreement ?? 0)" } ?? "none beyond the statement"
                ),
                ("identity", identity.map { "\($0.level?.rawValue ?? "none asked") (\($0.clause))" }),
                ("extension", "\(whoExtends) (\(extending.clause))"),
            ]
        )
        StandardOutput.write(sheetOfCase)
        if let sheet {
            StandardOutput.write("\nClocks")
            StandardOutput.write(sheet.table)
            StandardOutput.write("\n" + sheet.sentences)
        }
        StandardOutput.write("\nWhat statement, agreement and defaults set")
        var table = TextTable("RULE", "PERIOD", "LAYER", "CLAUSE", "WHAT IT SAYS", empty: "nothing")
        for (key, rule, layer) in settings {
            table.add(key.rawValue, rule.period.words, layer.rawValue, rule.source, rule.sentence)
        }
        StandardOutput.write(table)
    }
}

extension UsePolicy {
    fileprivate var text: String {
        "version \(profile.version), binding since \(since): \(ground.words); \(harvest.requests) access requests in \(harvest.hours) hours call a person (\(harvest.clause))"
    }

    fileprivate var json: JSONValue {
        [
            "version": .integer(profile.version), "since": .string(since.description),
            "ground": .string(ground.rawValue), "because": .string(ground.words),
            "harvest": [
                "requests": .integer(harvest.requests), "hours": .integer(harvest.hours),
                "clause": .string(harvest.clause),
            ],
        ]
    }
}
