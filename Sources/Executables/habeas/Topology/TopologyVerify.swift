import ArgumentParser
import Fleet
import Postgres

/// `habeas topology verify`
struct TopologyVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compares the broker with the topology of this version; exit code 1 if they differ.",
        discussion: """
            Types, arguments, bindings, permissions, policies and feature flags, of registered publishers and clients too.

            Example:
              habeas topology verify --json
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let session = try BrokerSession(configuration)
        let digest = try Topology.fleet.digest()
        let (accounts, recorded) = try await DatabaseSession.run(configuration) { connection in
            let recorded = try await connection.query("SELECT topology_digest FROM habeas.installation").only
            return (try await RegisteredAccounts(on: connection), try recorded.decode(0, as: String?.self))
        }
        let differences = try await session.admin.verify(accounts: accounts.all).filter { !accounts.isOptional($0) }
        let isRecorded = recorded == digest
        if common.json {
            StandardOutput.write([
                "matches": .bool(differences.isEmpty && isRecorded), "digest": .string(digest),
                "recorded": JSONValue(recorded),
                "differences": .array(
                    differences.map {
                        [
                            "kind": .string($0.kind.rawValue), "subject": .string($0.subject),
                            "expected": JSONValue($0.expected),
                            "found": JSONValue($0.found), "remedy": .string($0.remedy),
                        ]
                    }
                ),
            ])
        } else {
            for difference in differences { StandardOutput.write("\(difference)") }
            if !isRecorded {
                StandardOutput.write("the recorded topology is not this version's; run habeas topology apply")
            }
            if differences.isEmpty, isRecorded { StandardOutput.write("the broker is as declared") }
        }
        guard differences.isEmpty, isRecorded else { throw SilentFailure() }
    }
}
