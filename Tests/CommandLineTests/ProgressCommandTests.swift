import Foundation
import Postgres
import TestKit
import Testing

@Suite("How far copies are", .database)
struct ProgressCommandTests {
    @Test("N7: requests show has rows, bytes and state of every system, and an estimate that says where nobody knows")
    func ofCase() async throws {
        try await CopyInWork.with { copy in
            let shown = try await copy.installation.run("requests", "show", copy.request.uuidString, "--json").object
            let progress = try #require(shown["progress"] as? [String: Any])
            #expect(progress["operation"] as? String == "collect" && progress["systems_done"] as? Int == 0)
            #expect(progress["rows"] as? Int == 30 && progress["bytes"] as? Int == 900)
            #expect(progress["rows_left_estimated"] as? Int == 60)
            #expect(progress["left_unknown_at"] as? [String] == ["archive"])
            let systems = try #require(progress["systems"] as? [[String: Any]])
            let crm = try #require(systems.first { $0["system"] as? String == "crm" })
            #expect(crm["state"] as? String == "acting" && crm["cause"] as? String == "timeout")
            #expect(crm["rows"] as? Int == 30 && crm["bytes"] as? Int == 900 && crm["rows_estimated"] as? Int == 90)
            let archive = try #require(systems.first { $0["system"] as? String == "archive" })
            #expect(archive["state"] as? String == "pending" && archive["rows_left_estimated"] is NSNull)
            let text = try await copy.installation.run("requests", "show", copy.request.uuidString).output
            #expect(text.contains("~ 60 rows, and unknown at archive") && text.contains("~ 60 of 90"))
        }
    }

    @Test("N7: status shows what is in work, to an auditor too, and nothing of it when it is over")
    func ofFleet() async throws {
        try await CopyInWork.with { copy in
            let status = try await copy.installation.run("status", "--json").object
            let work = try #require(status["in_work"] as? [String: Any])
            #expect(work["count"] as? Int == 1)
            let oldest = try #require((work["oldest"] as? [[String: Any]])?.first)
            #expect(oldest["request"] as? String == copy.request.uuidString.lowercased())
            #expect(oldest["client"] as? String == "acme" && oldest["rows_left_estimated"] as? Int == 60)
            try await copy.installation.withOperators(1, role: "habeas_auditor") { people in
                let run = try await people[0].run("status")
                #expect(run.status == 0 && run.output.contains("~ 60 rows, and unknown at archive"), "\(run.errors)")
            }
            _ = try await copy.installation.query(
                "UPDATE habeas.export SET state = 'expired', kek_id = NULL, wrapped_key = NULL, expired_at = now()"
            )
            let after = try await copy.installation.run("status", "--json").object
            #expect((after["in_work"] as? [String: Any])?["count"] as? Int == 0)
        }
    }

    @Test("status --watch looks again and again, line by line where nobody draws, and ends on ^C")
    func watch() async throws {
        try await Installation.with { installation in
            let folder = try #require(ProcessInfo.processInfo.environment["HABEAS_TEST_BIN"])
            let scratch = try ScratchFolder()
            defer { scratch.remove() }
            let input = try FileHandle(forReadingFrom: scratch.write("input", ""))
            let output = try FileHandle(forWritingTo: scratch.write("output", ""))
            let child = try ChildProcess(
                "\(folder)/habeas",
                ["status", "--watch", "--every", "1", "--json"],
                environment: installation.environment,
                input: input.fileDescriptor,
                output: output.fileDescriptor
            )
            #expect(try await eventually { try scratch.read("output").split(separator: "\n").count >= 2 })
            child.interrupt()
            #expect(child.waitForEnd() == nil)
            let lines = try scratch.read("output").split(separator: "\n")
            for line in lines {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(object?["in_work"] != nil)
            }
            try input.close()
            try output.close()
        }
    }
}
