import AMQP
import ArgumentParser
import Fleet
import FoundationEssentials
import Logging
import Rights

/// `habeas publish`
struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Checks events and publishes them as the login of amqp.url.",
        discussion: """
            One event, or one a line. All are checked first; if one is refused, none is sent. Sent is what the broker has \
            confirmed; intake may still refuse what only it can know, such as a client this login may not speak for.

            --dry-run checks and sends nothing. Where a database is configured, it prints for each request and each end of a \
            contract what it would come to at every system.

            Example:
              habeas publish events.jsonl --dry-run
              HABEAS_AMQP_URL=amqp://helpdesk:…@broker/ habeas publish events.jsonl
            """
    )

    @Argument(help: ArgumentHelp("A file of events, or - for standard input.", valueName: "file"))
    var file: String

    @Flag(name: .customLong("no-validate"), help: "Send whatever is in the file, to see how it is refused.")
    var skipsValidation = false

    @Flag(help: "Check, say what it would come to, and send nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "The routing key where an event does not say its type; for --no-validate.",
            valueName: "type"
        )
    )
    var type = "io.habeas.request.submitted.v1"

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let events = OutgoingEvent.split(try InputFile.read(file))
        guard !events.isEmpty else {
            throw Failure(InputFile.name(file), "holds no event", "write one CloudEvent, or one a line")
        }
        guard !dryRun else { return try await rehearse(events, configuration) }
        let courier = try EventCourier(configuration, name: "habeas publish")
        let outcomes = try await courier.publish(try checked(events, user: courier.user))
        try report(events, outcomes)
    }

    private func rehearse(_ events: [OutgoingEvent], _ configuration: FleetConfiguration) async throws {
        guard !skipsValidation else {
            throw Failure("--dry-run", "is there to validate", "leave --no-validate out", status: .usage)
        }
        _ = try checked(events, user: "")
        guard (try? configuration.required(.databaseURL)) != nil else {
            let plural = events.count == 1 ? "event is" : "events are"
            if !common.json {
                StandardOutput.write("\(events.count) \(plural) valid; without database.url no plan is made")
            }
            return
        }
        let sheets = try await DatabaseSession.run(configuration) { connection in
            try await EventRehearsal(on: connection).sheets(events)
        }
        for sheet in sheets { common.json ? StandardOutput.write(sheet.json) : sheet.print() }
        if !common.json {
            StandardOutput.write("\(events.count) valid, \(sheets.count) planned, nothing sent: this was a dry run")
        }
    }

    private func checked(_ events: [OutgoingEvent], user: String) throws -> [Message] {
        let now = Date()
        var messages: [Message] = []
        var refused = 0
        for event in events {
            let fault = event.fault(now: now)
            messages.append(event.message(user: user, fallbackType: type))
            guard let fault, !skipsValidation else { continue }
            refused += 1
            if common.json {
                StandardOutput.write([
                    "line": .integer(event.line), "id": JSONValue(fault.origin.id), "field": .string(fault.field),
                    "fault": .string(fault.fault.rawValue), "remedy": .string(fault.remedy),
                ])
            } else {
                StandardError.write("line \(event.line): \(fault)")
            }
        }
        guard refused == 0 else {
            throw Failure(
                InputFile.name(file),
                "\(refused) of \(events.count) events would be refused and none was sent",
                "correct them as said above"
            )
        }
        return messages
    }

    private func report(_ events: [OutgoingEvent], _ outcomes: [PublishOutcome]) throws {
        var confirmed = 0
        var unroutable = 0
        for (event, outcome) in zip(events, outcomes) {
            switch outcome {
            case .confirmed: confirmed += 1
            case .unroutable:
                unroutable += 1
                StandardError.write("line \(event.line): no queue takes this type")
            case .nacked: StandardError.write("line \(event.line): the broker refused it")
            case .unknown(let code): StandardError.write("line \(event.line): not confirmed (\(code.rawValue))")
            }
        }
        let failed = events.count - confirmed - unroutable
        if common.json {
            StandardOutput.write([
                "sent": .integer(events.count), "confirmed": .integer(confirmed), "unroutable": .integer(unroutable),
                "failed": .integer(failed),
            ])
        } else {
            StandardOutput.write(
                "\(events.count) sent, \(confirmed) confirmed, \(unroutable) unroutable, \(failed) failed"
            )
        }
        guard confirmed == events.count else {
            let status: ExitStatus = failed > 0 && confirmed == 0 ? .unreachable : .refused
            throw Failure(
                "broker",
                "\(events.count - confirmed) events are not confirmed",
                "send the same file again: events it has already are recognised by their ids",
                status: status
            )
        }
    }
}
