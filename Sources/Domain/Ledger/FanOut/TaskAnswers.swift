package import FoundationEssentials
package import Postgres
package import Rights

/// What was said of tasks and the worker of their case has not taken in yet.
package enum TaskAnswers {
    /// Of these cases: id, target's part, answer; in the order in which they came.
    package static func open(of cases: [UUID]) -> SQL {
        """
        SELECT id, fan_out_id, source, outcome, at, rows, verify_after, results, pieces FROM habeas.task_answer
         WHERE case_id = ANY(\(cases)::uuid[]) AND taken_at IS NULL ORDER BY seq
        """
    }

    package static func decode(_ row: Row) throws -> (id: UUID, target: UUID, answer: TaskAnswer) {
        let (id, target, source, outcome, at, rows, verifyAfter, hasResults, pieces) = try row.decode(
            UUID.self,
            UUID.self,
            String.self,
            String.self,
            Date.self,
            Int?.self,
            Date?.self,
            Bool.self,
            String?.self
        )
        let files = try pieces.map { text in
            guard let list = CopiedPiece.list(reading: text) else {
                throw StoredWordError(column: "task_answer.pieces")
            }
            return HandedIn(key: id, pieces: list)
        }
        let answer = TaskAnswer(
            try Stored.word(source, "task_answer.source"),
            try Stored.word(outcome, "task_answer.outcome"),
            at: at,
            rows: rows,
            verifyAfter: verifyAfter,
            results: hasResults ? id : nil,
            files: files
        )
        return (id, target, answer)
    }

    /// The words of answers that hand something over for these targets' parts: id of the answer, wrapped key, payload.
    package static func results(of targets: [UUID]) -> SQL {
        """
        SELECT s.id, s.kek_id, s.wrapped_key, s.payload FROM habeas.task_answer a JOIN habeas.event_secret s ON s.id = a.id
         WHERE a.fan_out_id = ANY(\(targets)::uuid[]) AND a.results
        """
    }

    /// Says that these have been taken in.
    package static func take(_ ids: [UUID], at now: Date) -> SQL {
        "UPDATE habeas.task_answer SET taken_at = \(now) WHERE id = ANY(\(ids)::uuid[]) AND taken_at IS NULL"
    }

    /// Keeps an answer. The database names the person who gave it.
    ///
    /// - Parameters:
    ///   - attachments: SHA-256 of each, hexadecimal.
    ///   - reason: a person's, without personal data; nil of an app, whose words are kept sealed beside the case.
    package static func insert(
        _ answer: TaskAnswer,
        id: UUID,
        of target: UUID,
        case caseID: UUID,
        client: String?,
        attachments: [String] = [],
        reason: String? = nil,
        at now: Date
    ) -> SQL {
        """
        INSERT INTO habeas.task_answer (id, fan_out_id, case_id, client_id, source, outcome, at, rows, verify_after, results, pieces, attachments,
          reason, received_at)
        VALUES (\(id), \(target), \(caseID), \(client), \(answer.source.rawValue), \(answer.outcome.rawValue), \(answer.at),
          \(answer.rows.map(Int64.init)), \(answer.verifyAfter), \(answer.results != nil),
          \(answer.files.map { CopiedPiece.text(of: $0.pieces) }), \(attachments), \(reason), \(now))
        """
    }
}
