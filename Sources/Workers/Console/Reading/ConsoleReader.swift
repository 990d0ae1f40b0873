import FoundationEssentials
import Postgres

/// What one part of a page shows, or why it cannot.
enum Panel<Value> {
    case had(Value)
    /// A sentence for people.
    case missing(String)

    var value: Value? { if case .had(let value) = self { value } else { nil } }
}

/// The database during one page: a fixed number of bounded questions, each part in a snapshot of its own.
struct ConsoleReader {
    /// Of one statement.
    static let statementTimeout = Duration.seconds(3)
    /// For all of a page; a part that would begin later is not asked for.
    private static let patience = Duration.seconds(6)

    let now: Now
    private let connection: PostgresConnection
    private let begun = ContinuousClock.now

    struct Now: Sendable {
        let at: Date
        let isPlay: Bool
    }

    init(_ connection: PostgresConnection) async throws {
        self.connection = connection
        let (at, isPlay) = try await connection.query("SELECT habeas.domain_now(), play FROM habeas.installation").only
            .decode(Date.self, Bool.self)
        now = Now(at: at, isPlay: isPlay)
    }

    /// Asks for one part.
    ///
    /// - Throws: where the database itself is away; a part that takes too long, or may not be read, says so and leaves the others.
    nonisolated(nonsending) func panel<Value>(
        _ questions: [SQL],
        _ decode: ([Rows]) throws -> Value
    ) async throws -> Panel<Value> {
        guard ContinuousClock.now - begun < Self.patience else {
            return .missing("the database is slow, and the time for this page was used up before.")
        }
        do {
            let results = try await connection.transaction { connection in
                try await connection.pipeline(
                    ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"] + questions
                )
            }
            return .had(try decode(Array(results.dropFirst())))
        } catch let error as PostgresError {
            switch error.sqlState {
            case .queryCanceled?: return .missing("the database took longer than 3 seconds for it.")
            case .insufficientPrivilege?, .undefinedTable?, .undefinedColumn?:
                return .missing(
                    "this login may not read it, or the schema is of another version; see habeas migrate status."
                )
            default: throw error
            }
        }
    }
}
