import FoundationEssentials
import Postgres

/// One attempt at an effect that came to an end.
struct EffectTry {
    let lease: Int
    let worker: String
    let startedAt: Date?
    let endedAt: Date
    let outcome: String
    let cause: String?
    let status: Int?
    /// Whether the peer may have acted although no answer came.
    let mayHaveActed: Bool

    static func of(_ effect: UUID) -> SQL {
        """
        SELECT token, worker, started_at, ended_at, outcome, cause, status, may_have_acted
          FROM habeas.effect_attempt WHERE effect_id = \(effect) ORDER BY token, ended_at
        """
    }

    init(row: Row) throws {
        (lease, worker, startedAt, endedAt, outcome, cause, status, mayHaveActed) = try row.decode(
            Int.self,
            String.self,
            Date?.self,
            Date.self,
            String.self,
            String?.self,
            Int?.self,
            Bool.self
        )
    }

    /// From the beginning of the call to its outcome; nil where none is known to have begun.
    private var milliseconds: Int? {
        startedAt.map { Int((endedAt.timeIntervalSince($0) * 1_000).rounded()) }
    }

    var json: JSONValue {
        [
            "lease": .integer(lease), "at": JSONValue(startedAt ?? endedAt), "ended_at": JSONValue(endedAt),
            "worker": .string(worker), "outcome": .string(outcome), "cause": JSONValue(cause),
            "status": JSONValue(status), "duration_ms": JSONValue(milliseconds), "may_have_acted": .bool(mayHaveActed),
        ]
    }

    static func print(_ tries: [EffectTry]) {
        var table = TextTable(
            "TIME",
            "OUTCOME",
            "CAUSE",
            "STATUS",
            "MS",
            "WORKER",
            "NOTE",
            empty: "no attempt has come to an end"
        )
        for one in tries {
            table.add(
                (one.startedAt ?? one.endedAt).short,
                one.outcome,
                one.cause,
                one.status.map(String.init),
                one.milliseconds.map(String.init),
                one.worker.isEmpty ? nil : one.worker,
                one.mayHaveActed ? "the peer may have acted" : nil
            )
        }
        StandardOutput.write(table)
    }
}
