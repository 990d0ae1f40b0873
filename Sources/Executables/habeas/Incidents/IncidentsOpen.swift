import AMQP
import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Where a report of an incident comes from, and how it goes out: as the event that an app would publish.
struct IncidentReport: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The fields of the event as YAML; - for standard input. Without it, you are asked.",
            valueName: "file"
        )
    )
    var file: String?

    @Option(help: ArgumentHelp("`source` of the events, as the publisher's registration allows it.", valueName: "uri"))
    var source: String?

    @Flag(help: "Check, and send nothing.")
    var dryRun = false

    /// Leaves the login of the database beside that of the broker, so that nobody approves the list of an incident's clients alone who
    /// has reported it, or some of them. A report never waits for that: without the database it goes out all the same.
    func sign(_ incident: IncidentFile, _ configuration: FleetConfiguration) async throws {
        guard !dryRun, let reference = incident.reference else { return }
        let user = try EventCourier(configuration, name: "habeas incidents").user
        do {
            try await DatabaseSession.run(configuration) { connection in
                _ = try await connection.query(
                    """
                    INSERT INTO habeas.breach_report (broker_user, incident_ref) VALUES (\(user), \(reference))
                    ON CONFLICT DO NOTHING
                    """
                )
            }
        } catch {
            StandardError.write(
                "note: the database does not know who has reported it: see to it that somebody else approves its clients"
            )
        }
    }

    /// Publishes, and says how many clients' parts the events name.
    func send(
        _ configuration: FleetConfiguration,
        _ events: (_ source: String, _ now: Date) throws -> [OutgoingEvent]
    ) async throws -> Int {
        guard !dryRun else { return try events(source ?? "/", Date()).count }
        let courier = try EventCourier(configuration, name: "habeas incidents")
        let made = try events(source ?? "/\(courier.user)", Date())
        let messages = made.map { $0.message(user: courier.user, fallbackType: EventType.breachDetected.name) }
        let outcomes = try await courier.publish(messages)
        for outcome in outcomes {
            guard case .confirmed = outcome else {
                throw Failure(
                    "broker",
                    "has not confirmed the report",
                    "send it again as soon as the broker answers; what it has already is recognised",
                    status: .unreachable
                )
            }
        }
        return made.count
    }
}

/// `habeas incidents open`
struct IncidentsOpen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Reports an incident: as the event breach.detected, by the login of amqp.url.",
        discussion: """
            From a file with the fields of the event, or by answering questions. It is checked before it is sent; intake may still \
            refuse what only it can know, such as a client that is not registered (`habeas parked list`). More than a thousand \
            clients become several events.

            Example:
              habeas incidents open --file incident.yaml --dry-run
              HABEAS_AMQP_URL=amqps://security:…@broker/habeas habeas incidents open
            """
    )

    @OptionGroup var report: IncidentReport
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let incident = try report.file.map { try IncidentFile(path: $0) } ?? IncidentQuestions.detected()
        let configuration = try common.configuration()
        // What is wrong with the report is said first.
        if !report.dryRun { _ = try incident.detected(source: report.source ?? "/", now: Date()) }
        try await report.sign(incident, configuration)
        let count = try await report.send(configuration) { source, now in
            try incident.detected(source: source, now: now)
        }
        report.say(count, common)
    }
}

/// `habeas incidents update`
struct IncidentsUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Reports more of an incident: as the event breach.updated, by the login of amqp.url.",
        discussion: """
            Each update has a number above the one before and says what has changed; `closed: true` is the last word, `false_alarm: \
            true` takes the alarm back. Every client hears what is new for it, and only that. Where an incident is closed of which nobody \
            was told, --reason says why: it stands in the register (GDPR Art. 33(5)).

            Example:
              habeas incidents update --file phase-2.yaml
            """
    )

    @OptionGroup var report: IncidentReport

    @Option(
        help: "Of the last word: why nobody was told. No personal data: it is evidence, and in the register."
    )
    var reason: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard reason.map({ (1...500).contains($0.utf8.count) }) ?? true else {
            throw ValidationError("--reason: is not 1 to 500 bytes long; write a short text")
        }
    }

    func run() async throws {
        let incident = try report.file.map { try IncidentFile(path: $0) } ?? IncidentQuestions.updated()
        let configuration = try common.configuration()
        guard incident.closes || reason == nil else {
            throw Failure("--reason", "belongs to the last word", "leave it out, or say `closed: true`", status: .usage)
        }
        // Who reports from a place that has no database is asked by a task.
        if !report.dryRun, incident.closes, configuration.value(.databaseURL) != nil || reason != nil {
            try await explain(incident, configuration)
        }
        if !report.dryRun, incident.findsClients {
            _ = try incident.updated(source: report.source ?? "/", now: Date())
            try await report.sign(incident, configuration)
        }
        let count = try await report.send(configuration) { source, now in
            try incident.updated(source: source, now: now)
        }
        report.say(count, common)
    }
}

extension IncidentsUpdate {
    /// Has it said why nobody was told, where nobody was, before the last word goes out.
    private func explain(_ file: IncidentFile, _ configuration: FleetConfiguration) async throws {
        let user = try EventCourier(configuration, name: "habeas incidents").user
        try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { connection in
                let found = try await connection.query(
                    """
                    SELECT i.id FROM habeas.incident i JOIN habeas.publisher p ON p.id = i.publisher_id
                     WHERE p.broker_user = \(user) AND i.incident_ref = \(file.reference)
                    """
                ).decode(as: UUID.self)
                // Of one that is not there yet habeas-breach asks when it is.
                guard let id = found.first else { return }
                var incident = try IncidentRecord(row: try await connection.query(IncidentRecord.locking(id)).only)
                let isOpen = try await connection.query(UntoldIncident.isUnexplained(id)).only.decode(0, as: Bool.self)
                // Whom a phase affects may still be worked out.
                guard isOpen, !file.findsClients, incident.spread >= incident.phases.count else {
                    guard reason == nil else {
                        throw Failure(
                            "--reason",
                            "says why nobody was told, and somebody is, or it was said before",
                            "leave it out"
                        )
                    }
                    return
                }
                guard let reason else {
                    throw Failure(
                        "--reason",
                        "is missing: nobody was told of this incident, and the register says why (GDPR Art. 33(5))",
                        "say why nobody is told"
                    )
                }
                let pen = try await EvidencePen(on: connection)
                let fact = pen.append("incident.untold", to: &incident.chain) { $0.member("reason", reason) }
                _ = try await connection.pipeline(
                    [BreachReason.insert(.nobodyTold, of: id, reason: reason, at: pen.now)] + fact
                )
            }
        }
    }
}

extension IncidentReport {
    fileprivate func say(_ count: Int, _ common: CommonOptions) {
        if common.json {
            StandardOutput.write(["events": .integer(count), "sent": JSONValue(!dryRun)])
        } else {
            let plural = count == 1 ? "event" : "events"
            StandardOutput.write(
                dryRun ? "\(count) \(plural) valid, nothing sent" : "\(count) \(plural) confirmed by the broker"
            )
        }
    }
}
