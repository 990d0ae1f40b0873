import ArgumentParser
import Fleet
import Ledger
import Postgres
import Rights

/// `habeas topology apply`
struct TopologyApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Makes what is missing at the broker, and tells the workers which topology it has.",
        discussion: """
            Removes nothing and can be repeated. Queues of registered publishers and clients are made too. Workers start only \
            if the topology recorded here is the one they were built for.

            Example, workers.yaml (or the passwords themselves, in a file with mode 600):
              habeas-intake: file:/run/secrets/habeas-intake
              habeas-referral: file:/run/secrets/habeas-referral
              habeas-erasure: file:/run/secrets/habeas-erasure
              habeas-clock: file:/run/secrets/habeas-clock

              habeas topology apply --workers-passwords workers.yaml
            """
    )

    @Option(
        help: ArgumentHelp(
            "YAML: passwords of the workers' broker logins, which are made or set anew.",
            valueName: "file"
        )
    )
    var workersPasswords: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let session = try BrokerSession(configuration)
        let passwords = try workersPasswords.map { try WorkerPasswords(file: $0).byUser } ?? [:]
        let digest = try Topology.fleet.digest()
        let done = try await DatabaseSession.run(configuration) { connection in
            let accounts = try await RegisteredAccounts(on: connection)
            var done = try await session.admin.apply(passwords: passwords)
            for account in accounts.all { done += try await session.admin.apply(account) }
            // Last: workers that see the digest must find what it stands for.
            let isNew = try await connection.transaction { try await record(digest, done, on: $0) }
            return isNew ? done + ["recorded the topology"] : done
        }
        if common.json {
            StandardOutput.write(["digest": .string(digest), "done": JSONValue(done)])
        } else {
            for line in done { StandardOutput.write(line) }
            StandardOutput.write(done.isEmpty ? "nothing to do" : "\(done.count) changes")
        }
    }

    private func record(_ digest: String, _ done: [String], on connection: PostgresConnection) async throws -> Bool {
        var chain = try await EvidenceChain.ofInstallation(on: connection)
        let recorded = try await connection.query("SELECT topology_digest FROM habeas.installation").only
            .decode(0, as: String?.self)
        guard recorded != digest || !done.isEmpty else { return false }
        let pen = try await EvidencePen(on: connection)
        _ = try await connection.pipeline(
            ["UPDATE habeas.installation SET topology_digest = \(digest)"]
                + pen.append("topology.applied", to: &chain) { body in
                    body.member("digest", digest)
                    body.member("done", done)
                }
        )
        return recorded != digest
    }
}
