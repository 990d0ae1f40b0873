import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas requests prohibit-referral`
struct RequestsProhibitReferral: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prohibit-referral",
        abstract: "Keeps a request from being referred to its client, where the law does (K4); --lift takes it back.",
        discussion: """
            Only before the client was told. What would ask the client and has not begun is cancelled; the notice to the person \
            stays. Dates run on. With --lift the request is referred after all.

            Examples:
              habeas requests prohibit-referral helpdesk/REQ-17 --reason "investigation against the client, order 12/26"
              habeas requests prohibit-referral helpdesk/REQ-17 --lift --reason "order revoked"
            """
    )

    @Argument(help: ArgumentHelp("Id of the case or of a group, or PUBLISHER/REF.", valueName: "request"))
    var request: CaseName

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var reason: String

    @Flag(help: "The request may be referred after all.")
    var lift = false

    @OptionGroup var common: CommonOptions

    func validate() throws { try TaskReason.validate(reason) }

    func run() async throws {
        let (records, asks) = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { try await change(on: $0) }
        }
        for record in records {
            let begun = asks.filter { $0.caseID == record.id && $0.state == .leased }.count
            let cancelled = lift ? 0 : asks.filter { $0.caseID == record.id && $0.state.isPending }.count
            if common.json {
                StandardOutput.write([
                    "request": JSONValue(record.id), "prohibited": .bool(!lift), "reason": .string(reason),
                    "asks_cancelled": .integer(cancelled), "asks_under_way": .integer(begun),
                ])
            } else {
                StandardOutput.write(
                    lift
                        ? "\(record.id.text) may be referred again"
                        : "\(record.id.text) is not referred; \(cancelled) asks cancelled"
                            + (begun > 0 ? "; ! one was under way before and may still arrive" : "")
                )
            }
        }
    }

    private nonisolated(nonsending) func change(on connection: PostgresConnection) async throws -> (
        [CaseFileRecord], [EffectRecord]
    ) {
        var act = try await CaseAct(on: try await request.resolve(on: connection), connection)
        try act.refuseLinked()
        for record in act.records { try check(record, as: act.subject(of: record)) }
        let ids = act.records.map(\.id)
        let asks = try await connection.query(EffectRecord.reading(of: ids)).map(EffectRecord.init).filter {
            $0.kind?.asksClient == true
        }
        act.edit { $0.referralProhibited = lift ? nil : reason }
        if !lift { act.cancel(.asks) }
        for id in ids {
            act.record(lift ? "referral.permitted" : "referral.prohibited", of: id) { body in
                body.member("reason", reason)
                guard !lift else { return }
                let mine = asks.filter { $0.caseID == id }
                body.member("asks_cancelled", mine.filter(\.state.isPending).count)
                body.member("asks_under_way", mine.filter { $0.state == .leased }.count)
            }
        }
        // It looks at what follows either way.
        act.wake(.referral)
        _ = try await connection.pipeline(try await act.statements(on: connection))
        return (act.records, asks)
    }

    private func check(_ record: CaseFileRecord, as subject: String) throws {
        guard !record.state.isFinal else {
            throw Failure(subject, "is closed: \(record.state.rawValue)", "nothing of it is referred any more")
        }
        guard record.lane == .referral else {
            throw Failure(
                subject,
                "is on the lane \(record.lane.rawValue), from which nothing is referred",
                "see it with `habeas requests show`"
            )
        }
        guard record.state == .received || record.state == .needsClient else {
            throw Failure(
                subject,
                "was referred to its client before",
                "nothing takes that back; see `habeas requests timeline`"
            )
        }
        guard (record.referralProhibited != nil) == lift else {
            throw lift
                ? Failure(subject, "may be referred", "there is nothing to lift")
                : Failure(
                    subject,
                    "is prohibited from being referred already",
                    "lift it first if the reason has changed"
                )
        }
    }
}
