import ArgumentParser
import Postgres

/// `habeas policy list`
struct PolicyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the profiles' versions, the newest first.",
        discussion: """
            Example:
              habeas policy list --json
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.query(
                """
                SELECT name, version, effective_from::text, effective_from <= habeas.domain_now()::date, applied_by::text
                  FROM habeas.profile ORDER BY name, version DESC
                """
            ).decode(String.self, Int.self, String.self, Bool.self, String.self)
        }
        var table = TextTable("PROFILE", "VERSION", "FROM", "STATE", "APPLIED BY", empty: "no profile was applied")
        for (name, version, from, isInForce, by) in rows {
            let state = isInForce ? "in force" : "to come"
            if common.json {
                StandardOutput.write([
                    "profile": .string(name), "version": .integer(version), "effective_from": .string(from),
                    "in_force": .bool(isInForce), "applied_by": .string(by),
                ])
            }
            table.add(name, String(version), from, state, by)
        }
        if !common.json { StandardOutput.write(table) }
    }
}
