import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas clients apply`
struct ClientsApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Registers clients, or changes them, from a YAML list.",
        discussion: """
            All or none. Keys that an entry does not mention keep their value; null puts back the default. Every change is a \
            fact in the client's evidence. Each client gets a queue for what becomes of its requests.

            Example, clients.yaml:
              - id: acme
                names: [Acme, Acme GmbH]
                country: DE
                time_zone: Europe/Berlin
                locale: de
                dpa_signed_on: 2026-03-01
                baa_signed: false
                hipaa_agent: true
                suspended: false
                renews_on: 2026-09-01
                term_months: 12
                channels:
                  - {kind: webhook, url: https://privacy.acme.example/hooks, secrets: [file:/run/secrets/acme-hook]}
                  - {kind: mail, addresses: [privacy@acme.example]}
                public_key: {kty: EC, crv: P-256, x: …, y: …}
                decision_roles: [admin, dpo]
                agreement:
                  name: DPA of 2026-03-01
                  clocks:
                    notify_clients: {within: 12 hours, clause: "§ 9(2)", says: Acme is told of a breach within 12 hours.}

              habeas clients apply clients.yaml && habeas clients test acme
            """
    )

    @Argument(help: ArgumentHelp("YAML list, or - for standard input.", valueName: "file"))
    var file: String

    @Flag(help: "Change the database only; topology apply makes the queues later.")
    var withoutBroker = false

    @OptionGroup var common: CommonOptions

    private struct Change {
        let id: String
        let result: String
        let fields: [String]
        /// Cases that waited for what this changed, and go on.
        var woken = 0
    }

    func run() async throws {
        let configuration = try common.configuration()
        let records = try RecordList(path: file, keys: ClientDeclaration.keys).records
        // Read before anything is changed: a fault in the last entry must not leave the first ones applied.
        let ids = try records.map { record in
            let id = try record.identifier("id")
            var probe = ClientDeclaration(id: id)
            try probe.merge(record)
            return id
        }
        // First the queues, so that the first outcome finds one.
        if !withoutBroker { try await OutcomeQueues(configuration).declare(clients: ids) }
        let changes = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { try await apply(Array(zip(ids, records)), configuration, on: $0) }
        }
        var table = TextTable("CLIENT", "RESULT", "CHANGED", "CASES", empty: "the list is empty")
        for change in changes {
            if common.json {
                StandardOutput.write([
                    "id": .string(change.id), "result": .string(change.result), "changed": JSONValue(change.fields),
                    "woken": .integer(change.woken),
                ])
            }
            let woken = change.woken == 0 ? nil : "\(change.woken) waiting cases go on"
            table.add(change.id, change.result, change.fields.joined(separator: ", "), woken)
        }
        if !common.json { StandardOutput.write(table) }
    }

    private nonisolated(nonsending) func apply(
        _ entries: [(String, Record)],
        _ configuration: FleetConfiguration,
        on connection: PostgresConnection
    ) async throws -> [Change] {
        // Two lists with the same new client wait for each other instead of failing on its key.
        try await connection.query("SELECT pg_advisory_xact_lock(hashtext('habeas.registry'))")
        // Before the clients, as everybody locks them.
        let holds = try await HoldsOnPeople(on: connection)
        let rows = try await connection.query(
            StoredClient.select("WHERE id = ANY(\(entries.map(\.0))::text[]) ORDER BY id FOR NO KEY UPDATE")
        )
        let stored = Dictionary(
            try rows.map { row in
                let client = try StoredClient(row: row)
                return (client.declaration.id, client)
            },
            uniquingKeysWith: { first, _ in first }
        )
        let places = try await connection.query("SELECT place FROM habeas.holiday_calendar WHERE place !~ '-'").decode(
            as: String.self
        )
        let pen = try await EvidencePen(on: connection)
        var gates = GateOpening(at: pen.now)
        var statements: [SQL] = []
        var channelStatements: [SQL] = []
        var changes: [Change] = []
        for (id, record) in entries {
            let before = stored[id]
            var after = before?.declaration ?? ClientDeclaration(id: id)
            try after.merge(record)
            try after.checkWhole(record)
            let fields =
                before.map { after.differences(from: $0.declaration) }
                ?? after.differences(from: ClientDeclaration(id: id))
            if fields.contains("country"), let country = after.country, !places.contains(where: country.hasPrefix) {
                throw Failure(
                    "clients apply: \(id): country",
                    "is a place without holiday data, so no date could be counted for it",
                    "add its calendar with `habeas policy apply FOLDER`, then apply the client again"
                )
            }
            guard before == nil || !fields.isEmpty else {
                changes.append(Change(id: id, result: "unchanged", fields: []))
                continue
            }
            if fields.contains("channels") || before == nil {
                var targets = ClientTargets()
                targets.add(after.channels, of: id)
                // After the client itself, which the rows refer to.
                channelStatements += targets.statements
                let renewed = after.channelsRenewed(since: before?.declaration)
                if !renewed.isEmpty { channelStatements.append(ClientTargets.enabling(renewed)) }
            }
            if before == nil {
                channelStatements += try holds.reach(id) { try KeyRing(file: configuration.required(.keysFile)) }
            }
            let woken = before == nil ? 0 : try await gates.open(after, on: connection)
            var chain = before?.chain ?? EvidenceChain(new: .client, id: UUID.version7(at: pen.now))
            statements.append(before == nil ? try after.insert(chain: chain.id) : try after.update())
            statements += pen.append("client.applied", to: &chain, clientID: id) { body in
                body.member("client", id)
                if before == nil { body.member("new", true) }
                body.member("changed", fields)
                // As the database counts it.
                if fields.contains("agreement") {
                    body.member("agreement_version", (before?.agreementVersion ?? 0) + 1)
                }
                if fields.contains("suspended") { body.member("suspended", after.isSuspended) }
                if woken > 0 { body.member("cases_woken", woken) }
            }
            changes.append(Change(id: id, result: before == nil ? "created" : "changed", fields: fields, woken: woken))
        }
        statements += channelStatements
        statements += try await gates.statements(on: connection)
        if !statements.isEmpty { _ = try await connection.pipeline(statements) }
        return changes
    }
}

extension ClientDeclaration {
    /// The targets of channels that lead elsewhere now, or are signed for with other secrets.
    fileprivate func channelsRenewed(since before: ClientDeclaration?) -> [String] {
        channels.filter { channel in
            guard let old = before?.channels.first(where: { $0.name == channel.name }) else { return false }
            return channel.kind != .mail && (old.url, old.secrets) != (channel.url, channel.secrets)
        }.flatMap { [$0.target(of: id), $0.breachTarget(of: id)] }
    }

    fileprivate func insert(chain: UUID) throws -> SQL {
        """
        INSERT INTO habeas.client (id, names, country, time_zone, locale, suspended, baa_signed, dpa_signed_on, agreement, chain_id, applied_by,
          renews_on, term_months, channels, public_key, decision_roles, referral_prohibited, hipaa_agent)
        VALUES (\(id), \(names), \(country), \(timeZone), \(locale), \(isSuspended), \(hasBAA), \(dpaSignedOn)::text::date,
          \(agreement), \(chain), session_user, \(renewsOn)::text::date, \(termMonths), \(try ClientChannel.text(of: channels)),
          \(publicKey), \(decisionRoles), \(referralProhibited), \(hasAgent))
        """
    }

    fileprivate func update() throws -> SQL {
        """
        UPDATE habeas.client
           SET names = \(names), country = \(country), time_zone = \(timeZone), locale = \(locale), suspended = \(isSuspended),
               baa_signed = \(hasBAA), dpa_signed_on = \(dpaSignedOn)::text::date, agreement = \(agreement), renews_on = \(renewsOn)::text::date,
               term_months = \(termMonths), channels = \(try ClientChannel.text(of: channels)), public_key = \(publicKey),
               decision_roles = \(decisionRoles), referral_prohibited = \(referralProhibited), hipaa_agent = \(hasAgent), applied_at = now(),
               applied_by = session_user
         WHERE id = \(id)
        """
    }
}
