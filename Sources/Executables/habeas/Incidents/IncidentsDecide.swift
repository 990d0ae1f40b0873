import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas incidents decide`
struct IncidentsDecide: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract:
            "Records whether the vendor's own authority, and the people, are told of data that it controls itself (G13).",
        discussion: """
            That an incident is not notified is a decision, too, with its reason in the register (GDPR Art. 33(1), (5), 34). The clock \
            own_authority is met by it; after its time the reason for the delay is asked for, too (--late-reason), because the notification has \
            to give it. Where the people are told, each that own_data names with an address gets a letter by mail, at once. Of data of clients' people nothing is decided here: their clients do that.

            Example:
              habeas incidents decide security/INC-7 --authority yes --individuals no --reason "only business addresses, no risk seen"
            """
    )

    @Argument(help: ArgumentHelp("Id of the incident, or PUBLISHER/REF.", valueName: "incident"))
    var name: IncidentName

    @Option(help: ArgumentHelp("Whether the authority is told.", valueName: "yes|no"))
    var authority: Answer

    @Option(help: ArgumentHelp("Whether the people are told.", valueName: "yes|no"))
    var individuals: Answer

    @Option(help: "Why. No personal data: it is kept as evidence and printed in the register.")
    var reason: String

    @Option(
        help: ArgumentHelp(
            "Why it was decided after the clock's time; only then. No personal data.",
            valueName: "reason"
        )
    )
    var lateReason: String?

    @OptionGroup var common: CommonOptions

    enum Answer: String, ExpressibleByArgument {
        case yes, no
    }

    func validate() throws {
        guard (1...500).contains(reason.utf8.count) else {
            throw ValidationError("--reason: is not 1 to 500 bytes long; write a short text")
        }
        guard lateReason.map({ (1...500).contains($0.utf8.count) }) ?? true else {
            throw ValidationError("--late-reason: is not 1 to 500 bytes long; write a short text")
        }
    }

    func run() async throws {
        try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                var incident = try await name.lock(on: connection)
                let clock = ClockRule.Clock.ownAuthority
                let own = try await connection.query(
                    """
                    SELECT due_at < habeas.domain_now()
                           AND NOT EXISTS (SELECT FROM habeas.breach_decision WHERE incident_id = \(incident.id))
                      FROM habeas.deadline WHERE subject_id = \(incident.id) AND clock = \(clock.rawValue)
                    """
                ).decode(as: Bool.self)
                guard let isLate = own.first else {
                    throw Failure(
                        "incident",
                        "concerns no data that the vendor itself controls",
                        "report own_data with breach.updated first, if it does"
                    )
                }
                guard isLate == (lateReason != nil) else {
                    throw isLate
                        ? Failure(
                            "--late-reason",
                            "is missing: the time of own_authority is over, and a late notification says why (GDPR Art. 33(1))",
                            "say why it is late"
                        )
                        : Failure("--late-reason", "says why it is late, and it is not", "leave it out")
                }
                let pen = try await EvidencePen(on: connection)
                let fact = pen.append("incident.decided", to: &incident.chain) { body in
                    body.member("authority", authority == .yes)
                    body.member("individuals", individuals == .yes)
                    body.member("reason", reason)
                    body.member("late_reason", lateReason)
                }
                var deadlines = DeadlineWrites()
                deadlines.stop(clock, subject: incident.id)
                let delay = lateReason.map {
                    BreachReason.insert(.lateAuthority, of: incident.id, reason: $0, at: pen.now)
                }
                // Whom the people's own notices go to, or no longer go to.
                var wakeUps = WakeUps()
                wakeUps.wake(.breach, for: incident.id)
                _ = try await connection.pipeline(
                    [
                        """
                        INSERT INTO habeas.breach_decision (incident_id, decided_at, authority, individuals, reason)
                        VALUES (\(incident.id), \(pen.now), \(authority == .yes), \(individuals == .yes), \(reason))
                        """
                    ] + [delay].compactMap { $0 } + fact + deadlines.statements
                        + wakeUps.statements(at: pen.now, on: connection)
                )
            }
        }
        if common.json {
            StandardOutput.write([
                "authority": JSONValue(authority == .yes), "individuals": JSONValue(individuals == .yes),
            ])
        } else {
            StandardOutput.write("decided")
        }
    }
}
