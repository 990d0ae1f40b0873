import Crypto
import Foundation
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas tasks of systems", .database)
struct SystemTaskTests {
    private static let systems = [
        (
            "archive",
            "id: archive\nkind: own\nconnector:\n  kind: manual\n  instructions: Use the console of the archive."
        ),
        (
            "crm",
            "id: crm\nkind: own\nconnector:\n  kind: amqp\n  can_look: true\n  public_key: '\(SealedReceiver().publicJWK)'"
        ),
    ]

    /// An installation with a data map and an erasure that has come to its worker.
    private func with(_ body: (Installation, UUID) async throws -> Void) async throws {
        try await Installation.with { installation in
            try await installation.register()
            for (id, text) in Self.systems {
                _ = try await installation.query("INSERT INTO habeas.system (id, body) VALUES (\(id), \(text))")
            }
            let id = try await installation.openCase(event: WaitingCase.instruction("admin"))
            try await body(installation, id)
        }
    }

    private func seed(
        _ installation: Installation,
        _ id: UUID,
        _ system: String = "archive",
        _ way: FanOutTarget.Way = .person,
        _ state: FanOutTarget.State = .pending,
        due: TimeInterval = 86_400
    ) async throws -> UUID {
        var seed = TaskSeed(system, way)
        (seed.state, seed.dueAt, seed.owner) = (state, Date(timeIntervalSinceNow: due), "archive team")
        let (task, statements) = seed.statement(case: id, client: "acme", at: Date())
        try await installation.withConnection { connection in
            try await connection.transaction { _ = try await $0.pipeline(statements) }
        }
        return task
    }

    @Test("G10: what people have to do at systems is listed with owner, due date, system and what to do")
    func list() async throws {
        try await with { installation, id in
            let task = try await seed(installation, id)
            let listed = try await installation.run("tasks", "list", "--json").object
            #expect(listed["task"] as? String == task.uuidString.lowercased())
            #expect(listed["kind"] as? String == "system_task" && listed["system"] as? String == "archive")
            #expect(listed["owner"] as? String == "archive team" && listed["operation"] as? String == "erase")
            #expect((listed["question"] as? String)?.contains("Use the console of the archive.") == true)
            #expect(listed["request"] as? String == id.uuidString.lowercased())
            #expect((listed["seconds_left"] as? Int ?? 0) > 86_000)
            let text = try await installation.run("tasks", "list")
            #expect(text.output.contains("archive erase") && text.output.contains("archive team"))
            // What waits for a look is another kind; an app is listed when it is late, and not before.
            _ = try await installation.query("UPDATE habeas.fan_out SET state = 'verifying' WHERE id = \(task)")
            #expect(try await installation.run("tasks", "list", "--kind", "system_task", "--json").lines.isEmpty)
            let look = try await installation.run("tasks", "list", "--kind", "system_verification", "--json").object
            #expect((look["question"] as? String)?.contains("habeas tasks verify") == true)
            let late = try await seed(installation, id, "crm", .connector, due: -60)
            let overdue = try await installation.run("tasks", "list", "--kind", "app_overdue", "--json").object
            #expect(overdue["task"] as? String == late.uuidString.lowercased())
            _ = try await installation.query(
                "UPDATE habeas.fan_out SET due_at = now() + interval '1 day' WHERE id = \(late)"
            )
            #expect(try await installation.run("tasks", "list", "--kind", "app_overdue", "--json").lines.isEmpty)
        }
    }

    @Test("G10: a task ends with what came of it; of attachments only digests stay, the database names the person")
    func complete() async throws {
        try await with { installation, id in
            let task = try await seed(installation, id)
            let file = installation.folder.path + "/log.txt"
            let content = Data("deleted ann.canary@example.org".utf8)
            try content.write(to: URL(filePath: file))
            let digest = SHA256.hash(data: content).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
                .joined()
            try await installation.withOperators(1) { people in
                let run = try await people[0].run(
                    "tasks",
                    "complete",
                    task.uuidString,
                    "--outcome",
                    "done",
                    "--rows",
                    "3",
                    "--attachment",
                    file,
                    "--reason",
                    "deleted in the console",
                    "--json"
                )
                #expect(run.status == 0, "\(run.errors)")
                #expect(try run.object["attachments"] as? [String] == [digest])
            }
            let rows = try await installation.query(
                """
                SELECT concat_ws(' ', source, outcome, rows, attachments[1], by LIKE 'op_%', taken_at IS NULL) FROM habeas.task_answer
                """
            ).decode(column: 0, as: String.self)
            #expect(rows == ["person done 3 \(digest) t t"])
            #expect(try await WaitingCase.facts(installation, id) == ["case.opened", "task.answered"])
            let body = try await installation.query("SELECT body FROM habeas.evidence WHERE fact = 'task.answered'")
                .only
                .decode(String.self)
            #expect(body.contains(digest) && !body.contains("canary"))
            #expect(try await WaitingCase.woken(installation).contains("habeas.erasure"))
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("G12: whoever did it does not verify it, somebody else does, and the database says who is who")
    func verify() async throws {
        try await with { installation, id in
            let task = try await seed(installation, id)
            try await installation.withOperators(2) { people in
                let early = try await people[1].run(
                    "tasks",
                    "verify",
                    task.uuidString,
                    "--outcome",
                    "done",
                    "--reason",
                    "x"
                )
                #expect(early.status == 1 && early.errors.contains("habeas tasks complete"))
                let done = try await people[0].run(
                    "tasks",
                    "complete",
                    task.uuidString,
                    "--outcome",
                    "already_absent",
                    "--reason",
                    "no such number"
                )
                #expect(done.status == 0, "\(done.errors)")
                // As the worker takes it in.
                _ = try await installation.query("UPDATE habeas.fan_out SET state = 'verifying' WHERE id = \(task)")
                let own = try await people[0].run(
                    "tasks",
                    "verify",
                    task.uuidString,
                    "--outcome",
                    "done",
                    "--reason",
                    "looked"
                )
                #expect(own.status == 1 && own.errors.contains("somebody else"))
                let twice = try await people[1].run(
                    "tasks",
                    "complete",
                    task.uuidString,
                    "--outcome",
                    "done",
                    "--reason",
                    "x"
                )
                #expect(twice.status == 1 && twice.errors.contains("habeas tasks verify"))
                let look = try await people[1].run(
                    "tasks",
                    "verify",
                    task.uuidString,
                    "--outcome",
                    "still_there",
                    "--reason",
                    "one letter left"
                )
                #expect(look.status == 0, "\(look.errors)")
            }
            let answers = try await installation.query(
                "SELECT source || ' ' || outcome FROM habeas.task_answer ORDER BY seq"
            ).decode(column: 0, as: String.self)
            #expect(answers == ["person already_absent", "witness still_there"])
            #expect(
                try await WaitingCase.facts(installation, id) == ["case.opened", "task.answered", "task.looked_at"]
            )
            let doers = try await installation.query("SELECT count(DISTINCT by)::int8 FROM habeas.task_answer").only
            #expect(try doers.decode(0, as: Int.self) == 2)
            #expect(try await installation.run("evidence", "verify", "--all").status == 0)
        }
    }

    @Test("a task is handed on with its due date, and the name is in no evidence")
    func assign() async throws {
        try await with { installation, id in
            let task = try await seed(installation, id)
            let due = EventTime.text(Date(timeIntervalSinceNow: 5 * 86_400))
            let run = try await installation.run(
                "tasks",
                "assign",
                task.uuidString,
                "--owner",
                "Dana Canary",
                "--due",
                due,
                "--json"
            )
            #expect(run.status == 0, "\(run.errors)")
            let listed = try await installation.run("tasks", "list", "--json").object
            #expect(listed["owner"] as? String == "Dana Canary" && listed["due_at"] as? String == due)
            #expect(try await WaitingCase.facts(installation, id) == ["case.opened", "task.assigned"])
            let body = try await installation.query("SELECT body FROM habeas.evidence WHERE fact = 'task.assigned'")
                .only
                .decode(String.self)
            #expect(!body.contains("Canary"))
            let past = try await installation.run(
                "tasks",
                "assign",
                task.uuidString,
                "--owner",
                "x",
                "--due",
                "2026-01-01T00:00:00Z"
            )
            #expect(past.status == 1 && past.errors.contains("has passed"))
            let kept = try await installation.run(
                "tasks",
                "assign",
                task.uuidString,
                "--owner",
                "archive team",
                "--json"
            )
            #expect(try kept.object["due_at"] as? String == due)
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var way = FanOutTarget.Way.person
        var state = FanOutTarget.State.pending
        var arguments: [String]
        let says: String
        var status: Int32 = 1
    }

    static let refused: [Refused] = [
        .init(testDescription: "over", state: .left, arguments: ["--outcome", "done"], says: "come to its end"),
        .init(testDescription: "not begun", state: .waiting, arguments: ["--outcome", "done"], says: "has not begun"),
        .init(testDescription: "in grace", state: .grace, arguments: ["--outcome", "done"], says: "grace"),
        .init(
            testDescription: "a machine is at it",
            way: .connector,
            state: .acting,
            arguments: ["--outcome", "done"],
            says: "by a machine"
        ),
        .init(
            testDescription: "an app is looked at",
            way: .connector,
            state: .verifying,
            arguments: ["--outcome", "done"],
            says: "waits for its app"
        ),
        .init(testDescription: "a verdict", arguments: ["--outcome", "confirmed"], says: "no end of a task"),
        .init(
            testDescription: "rows of nothing",
            arguments: ["--outcome", "already_absent", "--rows", "3"],
            says: "--rows"
        ),
        .init(
            testDescription: "a look in the past",
            arguments: ["--outcome", "accepted_pending", "--verify-after", "2026-01-01T00:00:00Z"],
            says: "has passed"
        ),
        .init(
            testDescription: "a refusal's code",
            arguments: ["--outcome", "refused", "--refusal", "legal_claims"],
            says: "belong to a verdict"
        ),
        .init(
            testDescription: "a file that is not there",
            arguments: ["--outcome", "done", "--attachment", "/nowhere/at/all"],
            says: "--attachment"
        ),
        .init(
            testDescription: "no number",
            arguments: ["--outcome", "done", "--rows=-1"],
            says: "--rows",
            status: 64
        ),
        .init(
            testDescription: "no time",
            arguments: ["--outcome", "accepted_pending", "--verify-after", "soon"],
            says: "--verify-after",
            status: 64
        ),
    ]

    @Test("what a task does not take is refused with what to do instead, and nothing is written")
    func refusals() async throws {
        try await with { installation, id in
            var number = 0
            for refused in Self.refused {
                number += 1
                // One part of a case a system: each of its own.
                let system = refused.way == .connector ? "crm" : "archive"
                _ = try await installation.query("DELETE FROM habeas.fan_out")
                let task = try await seed(installation, id, system, refused.way, refused.state)
                let run = try await CommandLine.run(
                    ["tasks", "complete", task.uuidString, "--reason", "x"] + refused.arguments,
                    environment: installation.environment,
                    input: ""
                )
                #expect(run.status == refused.status, "\(refused.testDescription): \(run.errors)")
                #expect(run.errors.contains(refused.says), "\(refused.testDescription): \(run.errors)")
            }
            #expect(number == Self.refused.count)
            #expect(try await WaitingCase.facts(installation, id) == ["case.opened"])
            let unknown = try await installation.run(
                "tasks",
                "verify",
                UUID().uuidString,
                "--outcome",
                "done",
                "--reason",
                "x"
            )
            #expect(unknown.status == 1 && unknown.errors.contains("habeas tasks list"))
        }
    }

    @Test("N4: an app that never says what is left can be given up, one that is late can be done by hand")
    func givenUp() async throws {
        try await with { installation, id in
            let task = try await seed(installation, id, "crm", .connector, .verifying)
            let run = try await installation.run(
                "tasks",
                "complete",
                task.uuidString,
                "--outcome",
                "refused",
                "--reason",
                "retired"
            )
            #expect(run.status == 0, "\(run.errors)")
            _ = try await installation.query("UPDATE habeas.fan_out SET state = 'pending' WHERE id = \(task)")
            let done = try await installation.run(
                "tasks",
                "complete",
                task.uuidString,
                "--outcome",
                "done",
                "--reason",
                "in its database"
            )
            #expect(done.status == 0, "\(done.errors)")
        }
    }

    @Test("C5, Y2: who lets a case go on without a stuck target says what for, and the answer has it")
    func stuck() async throws {
        try await with { installation, id in
            try await WaitingCase.call(installation, .targetStuck, id)
            let task = try await WaitingCase.task(installation, "target_stuck")
            let silent = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "denied",
                "--reason",
                "the forum is gone"
            )
            #expect(silent.status == 1 && silent.errors.contains("--refusal") && silent.errors.contains("C5"))
            let wrong = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "confirmed",
                "--reason",
                "x",
                "--refusal",
                "legal_claims"
            )
            #expect(wrong.status == 1 && wrong.errors.contains("--refusal"))
            let rows = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "denied",
                "--reason",
                "x",
                "--rows",
                "1"
            )
            #expect(rows.status == 1 && rows.errors.contains("--rows"))
            let run = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "denied",
                "--reason",
                "a quotation in a newspaper",
                "--refusal",
                "freedom_of_expression"
            )
            #expect(run.status == 0, "\(run.errors)")
            let kept = try await installation.query("SELECT refusal || ' ' || state FROM habeas.case_file").only
            #expect(try kept.decode(0, as: String.self) == "freedom_of_expression in_progress")
            #expect(try await WaitingCase.facts(installation, id) == ["case.opened", "review.denied"])
            let body = try await installation.query("SELECT body FROM habeas.evidence WHERE fact = 'review.denied'")
                .only
                .decode(String.self)
            #expect(body.contains("freedom_of_expression") && body.contains("C5"))
            #expect(try await WaitingCase.woken(installation).contains("habeas.erasure"))
        }
    }

    @Test(
        "K9, K11: a refused plan and a return of data are ordinary questions",
        arguments: ["plan_refused", "data_return"]
    )
    func ordinary(_ kind: String) async throws {
        try await with { installation, id in
            try await WaitingCase.call(installation, try #require(ReviewKind(rawValue: kind)), id)
            let task = try await WaitingCase.task(installation, kind)
            let run = try await installation.run(
                "tasks",
                "complete",
                task,
                "--outcome",
                "confirmed",
                "--reason",
                "done"
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(try await WaitingCase.facts(installation, id) == ["case.opened", "review.confirmed"])
            #expect(try await WaitingCase.woken(installation).contains("habeas.erasure"))
        }
    }
}
