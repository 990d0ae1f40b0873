import ArgumentParser
import FoundationEssentials
import Postgres
import Rights

extension ClockRule.Clock: ExpressibleByArgument {}

/// `habeas deadlines`
struct DeadlinesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists open clocks by urgency, with article and remaining time; missed ones first.",
        discussion: """
            Example:
              habeas deadlines --within 14 --client acme
            """
    )

    @Option(help: ArgumentHelp("Clocks that end within so many days.", valueName: "days"))
    var within = 30

    @Option(help: ArgumentHelp("Only those of this client.", valueName: "id"))
    var client: String?

    @Option(help: ArgumentHelp("Only this clock: respond, refer, purge, …", valueName: "clock"))
    var clock: ClockRule.Clock?

    @Option(help: "Clocks to list at most.")
    var limit = 100

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (0...36_500).contains(within) else { throw ValidationError("--within: is not 0 to 36500; give days") }
        guard limit > 0 else { throw ValidationError("--limit: is not above zero; give a number of clocks") }
    }

    func run() async throws {
        var condition: SQL = "true"
        if let client { condition = "\(condition) AND d.client_id = \(client)" }
        if let clock { condition = "\(condition) AND d.clock = \(clock.rawValue)" }
        let finals = CaseState.allCases.filter(\.isFinal).map(\.rawValue)
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            // next_at is never later than due_at: its index finds what comes due within the window.
            if let client {
                let known = try await connection.query("SELECT FROM habeas.client WHERE id = \(client)")
                guard !known.isEmpty else {
                    throw Failure("--client", "is no client", "look it up with `habeas clients list`")
                }
            }
            return try await connection.query(
                """
                SELECT d.subject_id, d.client_id, d.clock, d.rule, d.source, d.due_at, d.state, d.provisional, d.unverified,
                       extract(epoch FROM d.due_at - habeas.domain_now())::float8, c.state, c.lane,
                       CASE WHEN d.clock = \(ClockRule.Clock.notifyClients.rawValue) THEN
                         (SELECT r.kind FROM habeas.review r WHERE r.incident_id = d.subject_id AND r.settled_at IS NULL
                                                                AND r.kind = \(ReviewKind.breachClients.rawValue)) END
                  FROM (SELECT * FROM habeas.deadline WHERE next_at <= habeas.domain_now() + \(Duration.seconds(within * 86_400))::interval
                         UNION ALL
                        SELECT * FROM habeas.deadline WHERE state = 'missed') AS d
                  LEFT JOIN habeas.case_file c ON c.id = d.case_id
                 WHERE d.due_at <= habeas.domain_now() + \(Duration.seconds(within * 86_400))::interval AND \(condition)
                   AND (d.state = 'open' OR NOT c.state = ANY(\(finals)::text[])
                        OR EXISTS (SELECT FROM habeas.parked_message p WHERE p.id = d.subject_id AND p.state = 'open')
                        OR EXISTS (SELECT FROM habeas.incident i WHERE i.id = d.subject_id AND i.state = 'open')
                        OR EXISTS (SELECT FROM habeas.review r WHERE r.id = d.subject_id AND r.settled_at IS NULL))
                 ORDER BY d.due_at, d.subject_id, d.clock LIMIT \(limit)
                """
            ).decode(
                UUID.self,
                String?.self,
                String.self,
                String.self,
                String.self,
                Date.self,
                String.self,
                Bool.self,
                Bool.self,
                Double.self,
                String?.self,
                String?.self,
                String?.self
            )
        }
        var table = TextTable(
            "DUE",
            "LEFT",
            "CLOCK",
            "ARTICLE OR CLAUSE",
            "CLIENT",
            "STATE",
            "SUBJECT",
            "NOTE",
            empty: "nothing is owed"
        )
        for (
            subject, client, clock, rule, source, due, state, isProvisional, isUnverified, left, caseState, lane,
            missing
        )
            in rows
        {
            if common.json {
                StandardOutput.write([
                    "subject": JSONValue(subject), "client": JSONValue(client), "clock": .string(clock),
                    "rule": .string(rule),
                    "article": .string(source), "due_at": JSONValue(due), "seconds_left": .integer(Int(left)),
                    "state": .string(state), "request_state": JSONValue(caseState), "lane": JSONValue(lane),
                    "provisional": .bool(isProvisional), "unverified": .bool(isUnverified),
                    "waits_for": JSONValue(missing),
                ])
            }
            let notes = [
                isProvisional ? "provisional" : nil, isUnverified ? "rule unverified" : nil,
                missing.map { "waits for \($0)" },
            ]
            .compactMap { $0 }
            table.add(
                due.short,
                Self.words(Int(left)),
                clock,
                source,
                client,
                state == "missed" ? "missed" : caseState,
                subject.text,
                notes.isEmpty ? nil : notes.joined(separator: ", ")
            )
        }
        if !common.json { StandardOutput.write(table) }
    }

    /// `3 d 4 h`, `- 20 min` where it has passed.
    static func words(_ seconds: Int) -> String {
        let minutes = abs(seconds) / 60
        let text =
            minutes >= 2_880
            ? "\(minutes / 1_440) d \(minutes / 60 % 24) h"
            : minutes >= 120 ? "\(minutes / 60) h \(minutes % 60) min" : "\(minutes) min"
        return seconds < 0 ? "- \(text)" : text
    }
}
