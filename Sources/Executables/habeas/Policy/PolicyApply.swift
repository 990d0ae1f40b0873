import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas policy apply`
struct PolicyApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Takes profiles and holidays from a folder into the database.",
        discussion: """
            All or none. A version of a profile never changes once it was applied: give a changed one the next number. New
            cases follow the newest version that is in force; a case keeps the version it began under. Holiday calendars are
            replaced by what the folder says.

            Example, for the folder that comes with Habeas:
              habeas policy apply deploy
            """
    )

    @Argument(help: "A folder with profiles/*.yaml and holidays/*.yaml.")
    var folder: String

    @OptionGroup var common: CommonOptions

    private struct Change {
        let kind: String
        let name: String
        let result: String
    }

    func run() async throws {
        let configuration = try common.configuration()
        let source = PolicyFolder(path: folder)
        let profiles = try source.profiles()
        let calendars = try source.holidays()
        let changes = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { connection in
                try await connection.query("SELECT pg_advisory_xact_lock(hashtext('habeas.registry'))")
                var changes = try await apply(profiles, on: connection)
                changes += try await apply(calendars, on: connection)
                return changes
            }
        }
        var table = TextTable("WHAT", "NAME", "RESULT", empty: "the folder is empty")
        for change in changes {
            if common.json {
                StandardOutput.write([
                    "kind": .string(change.kind), "name": .string(change.name), "result": .string(change.result),
                ])
            }
            table.add(change.kind, change.name, change.result)
        }
        if !common.json { StandardOutput.write(table) }
    }

    private nonisolated(nonsending) func apply(
        _ profiles: [(profile: Profile, text: String)],
        on connection: PostgresConnection
    ) async throws -> [Change] {
        let stored = try await connection.query("SELECT name, version, body FROM habeas.profile")
        var known: [String: String] = [:]
        for (name, version, body) in try stored.decode(String.self, Int.self, String.self) {
            known["\(name) \(version)"] = body
        }
        let pen = try await EvidencePen(on: connection)
        var chain: EvidenceChain?
        var statements: [SQL] = []
        var changes: [Change] = []
        for (profile, text) in profiles {
            let name = "\(profile.name) \(profile.version)"
            if let body = known[name] {
                // Another comment or order is no other content.
                guard try ProfileFile.profile(body, path: "habeas.profile \(name)") == profile else {
                    throw Failure(
                        "profile \(name)",
                        "was applied before and says something else here",
                        "give the changed profile the next version"
                    )
                }
                changes.append(Change(kind: "profile", name: name, result: "unchanged"))
                continue
            }
            var own: EvidenceChain
            if let chain {
                own = chain
            } else {
                own = try ChainHeads.installation(row: await connection.query(ChainHeads.lockingInstallation).only)
            }
            statements.append(
                """
                INSERT INTO habeas.profile (name, version, effective_from, body, applied_by)
                VALUES (\(profile.name), \(profile.version), \(profile.effectiveFrom.description)::text::date, \(text), session_user)
                """
            )
            statements += pen.append("profile.applied", to: &own, clientID: nil) { body in
                body.member("profile", profile.name)
                body.member("version", profile.version)
                body.member("effective_from", profile.effectiveFrom.description)
            }
            chain = own
            changes.append(Change(kind: "profile", name: name, result: "created"))
        }
        if !statements.isEmpty { _ = try await connection.pipeline(statements) }
        return changes
    }

    private nonisolated(nonsending) func apply(
        _ calendars: [HolidayAtlas.Entry],
        on connection: PostgresConnection
    ) async throws -> [Change] {
        let rows = calendars.map { entry in (entry, entry.calendar.days.map(\.description).sorted()) }
        var replaced = Set<String>()
        // One statement each would be four hundred round trips; the days travel as one text a place.
        let written = try await connection.query(
            """
            INSERT INTO habeas.holiday_calendar AS h (place, name, time_zone, first_year, last_year, days, applied_by)
            SELECT n.place, n.name, n.zone, n.first, n.last, string_to_array(n.days, ',')::date[], session_user
              FROM unnest(\(rows.map(\.0.code))::text[], \(rows.map(\.0.name))::text[], \(rows.map(\.0.zone))::text[],
                \(rows.map { Int32($0.0.calendar.years.lowerBound) })::int4[],
                \(rows.map { Int32($0.0.calendar.years.upperBound - 1) })::int4[],
                \(rows.map { $0.1.joined(separator: ",") })::text[]) AS n (place, name, zone, first, last, days)
            ON CONFLICT (place) DO UPDATE
               SET name = excluded.name, time_zone = excluded.time_zone, first_year = excluded.first_year,
                   last_year = excluded.last_year, days = excluded.days, applied_at = now(), applied_by = session_user
             WHERE (h.name, h.time_zone, h.first_year, h.last_year, h.days)
                   IS DISTINCT FROM (excluded.name, excluded.time_zone, excluded.first_year, excluded.last_year, excluded.days)
            RETURNING place
            """
        )
        for place in try written.decode(as: String.self) { replaced.insert(place) }
        return calendars.map { entry in
            Change(kind: "holidays", name: entry.code, result: replaced.contains(entry.code) ? "written" : "unchanged")
        }
    }
}
