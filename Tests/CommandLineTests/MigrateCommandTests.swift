import Foundation
import Postgres
import TestKit
import Testing

@Suite("habeas migrate", .database)
struct MigrateCommandTests {
    @Test("up makes a new database current within a second, and again changes nothing")
    func up() async throws {
        try await Installation.with(migrated: false) { installation in
            let before = try await installation.run("migrate", "status", "--json")
            #expect(before.status == 1)
            #expect(try before.object["current"] as? Bool == false)

            let first = try await installation.run("migrate", "up", "--json")
            #expect(first.status == 0, "\(first.errors)")
            #expect((try first.object["applied"] as? [Int])?.isEmpty == false)
            #expect(try first.object["play"] as? Bool == false)

            let second = try await installation.run("migrate", "up", "--json")
            #expect(try second.object["applied"] as? [Int] == [])
            #expect(try await installation.run("migrate", "status").status == 0)
        }
    }

    @Test("--play is for a database that the same run has made, and for none that exists")
    func play() async throws {
        try await Installation.with(migrated: false) { installation in
            let made = try await installation.run("migrate", "up", "--play", "--json")
            #expect(try made.object["play"] as? Bool == true)
            // A script that is run again finds what it wanted.
            #expect(try await installation.run("migrate", "up", "--play").status == 0)
        }
        try await withDatabase { other in
            try await Installation.with(migrated: false) { installation in
                var existing = installation
                existing.environment["HABEAS_DATABASE_URL"] = installation.environment["HABEAS_DATABASE_URL"]?
                    .replacing(
                        "dbname='\(try #require(installation.database.keywords["dbname"]))'",
                        with: "dbname='\(try #require(other.keywords["dbname"]))'"
                    )
                #expect(try await existing.run("migrate", "up").status == 0)
                let refused = try await existing.run("migrate", "up", "--play")
                #expect(refused.status == 1)
                #expect(refused.errors.hasPrefix("habeas: --play: "))
            }
        }
    }

    @Test("print needs no database and shows every migration's SQL")
    func print() async throws {
        let printed = try await CommandLine.run(["migrate", "print"])
        #expect(printed.status == 0)
        #expect(printed.output.contains("CREATE TABLE habeas.case_file"))
        #expect(try await CommandLine.run(["migrate", "print", "--json"]).objects.count >= 5)
    }
}
