import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas incidents show`
struct IncidentsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one incident: its clocks, and each affected client with what it was told and when.",
        discussion: """
            --reveal decrypts what was reported of it. Who did it, and why, is recorded in the incident's evidence before anything is \
            printed; it needs the key file.

            Example:
              habeas incidents show security/INC-7
              habeas incidents show security/INC-7 --reveal --why "asked by the authority, file 4711"
            """
    )

    @Argument(help: ArgumentHelp("Id of the incident, or PUBLISHER/REF.", valueName: "incident"))
    var name: IncidentName

    @OptionGroup var reveal: RevealOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let ring = try reveal.keyRing(configuration)
        try await DatabaseSession.run(configuration) { connection in
            let id = try await name.resolve(on: connection)
            let revealed = try await ring.mapAsync {
                try await IncidentReveal([id], why: reveal.reason, ring: $0, on: connection)
            }
            let results = try await connection.pipeline([
                IncidentRow.reading(where: "i.id = \(id)", limit: 1),
                CaseClock.ofSubject(id),
                NoticeRow.reading(of: id),
                "SELECT decided_at, decided_by::text, authority, individuals, reason FROM habeas.breach_decision WHERE incident_id = \(id) ORDER BY 1",
                BreachReason.reading(of: id), LateNotices.unexplained(of: id), OwnPeople.reading(of: id),
            ])
            let incident = try IncidentRow(row: results[0].only)
            let clocks = try results[1].map(CaseClock.init)
            let notices = try results[2].map(NoticeRow.init)
            let decisions = try results[3].map(OwnDecision.init)
            let reasons = try results[4].map(BreachReason.init)
            let late = try results[5].map(LateClient.init)
            let people = try results[6].first.map(OwnPeople.init)
            if common.json {
                StandardOutput.write(
                    .object(
                        incident.json + [
                            (
                                "deadlines",
                                .array(
                                    clocks.map {
                                        [
                                            "clock": .string($0.clock), "due_at": JSONValue($0.dueAt),
                                            "article": .string($0.source),
                                            "rule": .string($0.rule), "state": .string($0.state),
                                        ]
                                    }
                                )
                            ),
                            ("notices", .array(notices.map(\.json))), ("decisions", .array(decisions.map(\.json))),
                            ("reasons", .array(reasons.map(\.json))),
                            ("late_unexplained", .array(late.map(\.json))), ("people", people?.json ?? .null),
                        ] + (revealed?.json(of: id) ?? [])
                    )
                )
                return
            }
            let told = [people?.line, LateClient.line(late)].compactMap { $0 }
            print(incident, clocks, notices, decisions.map(\.line) + told + reasons.map(\.line))
            revealed?.print(id)
        }
    }

    private func print(
        _ incident: IncidentRow,
        _ clocks: [CaseClock],
        _ notices: [NoticeRow],
        _ words: [String]
    ) {
        StandardOutput.write(
            Sheet([
                ("incident", "\(incident.publisher)/\(incident.reference)"), ("id", incident.id.text),
                ("state", incident.state),
                ("risk", incident.risk), ("phase", "\(incident.phase)"), ("discovered", incident.discoveredAt.short),
                ("aware", incident.awareAt.short), ("received", incident.receivedAt.short),
                (
                    "clients",
                    incident.unapproved > 0
                        ? "\(incident.clients); \(incident.unapproved) wait for an approval of the list (habeas incidents clients)"
                        : incident.isSpread ? "\(incident.clients)" : "\(incident.clients), being worked out"
                ),
                ("told", "\(incident.told)"), ("have read it", "\(incident.acknowledged)"),
                ("wait for a person", "\(incident.waiting)"),
            ])
        )
        if !clocks.isEmpty {
            StandardOutput.write("")
            var table = TextTable("CLOCK", "DUE", "STATE", "ARTICLE", empty: "")
            for clock in clocks { table.add(clock.clock, clock.dueAt?.short, clock.state, clock.source) }
            StandardOutput.write(table)
        }
        for line in words { StandardOutput.write("\n\(line)") }
        StandardOutput.write("")
        var table = NoticeRow.table
        for notice in notices { notice.add(to: &table) }
        StandardOutput.write(table)
    }
}
