import FoundationEssentials
import HTTPTypes
import Ledger
import Postgres

/// Lets in whoever brings a valid token, and no more often than is fair.
struct TokenDoor: Sendable {
    let pool: PostgresPool
    let rates: RateBook
    let guesses: GuessBook

    /// The token, and the domain time.
    ///
    /// - Throws: a ``Problem``: the same for a token that does not exist, has another secret, is revoked or expired.
    func open(_ head: HTTPRequest) async throws -> (ClientTokenRecord, Date) {
        guard let token = Self.token(head.headerFields[.authorization]) else { throw Self.refusal }
        // Who was here before is looked up all the same: whoever guesses shuts nobody out that works with it.
        if !rates.knows(token.id), let wait = guesses.wait() {
            throw Self.tooMany("was not seen here before, and too many have opened nothing", wait)
        }
        let rows = try await pool.withConnection { connection in
            try await connection.pipeline([
                ClientTokenRecord.opening(token.id), "SELECT habeas.domain_now()",
            ])
        }
        guard let row = rows[0].first else { throw refused }
        let record = try ClientTokenRecord(row: row)
        let (digest, now) = try ClientTokenRecord.digest(in: row)
        guard token.matches(digest), record.fault(at: now) == nil else { throw refused }
        if let wait = rates.take(record.id) {
            throw Self.tooMany("has asked more often than one token may", wait)
        }
        if record.isStale(at: now) {
            _ = try await pool.withConnection { try await $0.query(ClientTokenRecord.touch(record.id)) }
        }
        return (record, try rows[1].only.decode(Date.self))
    }

    private static func token(_ header: String?) -> ClientToken? {
        guard let header, case let parts = header.split(separator: " ", maxSplits: 1), parts.count == 2,
            parts[0].lowercased() == "bearer"
        else { return nil }
        return ClientToken(String(parts[1]))
    }

    /// For a token that was looked up.
    private var refused: Problem {
        guesses.failed()
        return Self.refusal
    }

    private static func tooMany(_ fault: String, _ seconds: Int) -> Problem {
        var problem = Problem(.tooManyRequests, "authorization", fault, "wait as long as Retry-After says")
        problem.headers[.retryAfter] = String(seconds)
        return problem
    }

    private static var refusal: Problem {
        var problem = Problem(
            .notAuthenticated,
            "authorization",
            "holds no token that is valid",
            "send Authorization: Bearer and a token that the processor has given you"
        )
        problem.headers[.wwwAuthenticate] = "Bearer"
        return problem
    }
}
