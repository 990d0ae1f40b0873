package import Postgres

/// Counts, in the database, how often a message was begun. The broker's own count also rises for messages that nobody
/// touched, whenever a worker dies with a full prefetch.
package enum AttemptLedger {
    /// After so many recorded attempts a message is parked unopened.
    package static let limit = 5

    /// A message delivered this often leaves its batch and is handled alone.
    package static let suspicion = 2

    /// Records the beginning of an attempt, committed by itself before anything is done.
    package static func begin(_ key: [UInt8], on connection: PostgresConnection) async throws -> Int {
        let row = try await connection.query(
            """
            INSERT INTO habeas.message_attempt AS a (message_key, attempts) VALUES (\(key), 1)
            ON CONFLICT (message_key) DO UPDATE SET attempts = a.attempts + 1, last_at = now()
            RETURNING attempts
            """
        ).only
        return try row.decode(0, as: Int.self)
    }

    package static func forget(_ key: [UInt8], on connection: PostgresConnection) async throws {
        _ = try await connection.query("DELETE FROM habeas.message_attempt WHERE message_key = \(key)")
    }
}
