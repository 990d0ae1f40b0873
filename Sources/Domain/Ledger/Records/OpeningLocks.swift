package import Postgres

/// Locks on what has no row yet: whoever opens a case meets whoever looks for it, or opens its equal.
///
/// They are the transaction's, taken in one order everywhere, and given back with it.
package enum OpeningLocks {
    /// More people than this in one transaction are not locked one by one: the server's table of locks is shared and small.
    private static let mostAsks = 512
    /// Held by all who lock asks one by one, so that whoever locks them all can wait for them.
    private static let everyAsk: Int64 = 0x6861_6265_6173_0001

    /// - Parameters:
    ///   - references: digests of the references under which a case may be opened or looked for.
    ///   - asks: digests of what is asked, by whom.
    package static func take(references: [[UInt8]], asks: [[UInt8]]) -> [SQL] {
        var keys = Set(references.map(key))
        var statements: [SQL] = []
        if asks.count > mostAsks {
            statements.append("SELECT pg_advisory_xact_lock(\(everyAsk))")
        } else if !asks.isEmpty {
            statements.append("SELECT pg_advisory_xact_lock_shared(\(everyAsk))")
            keys.formUnion(asks.map(key))
        }
        statements.append("SELECT pg_advisory_xact_lock(k) FROM unnest(\(keys.sorted())::int8[]) AS k")
        return statements
    }

    private static func key(_ digest: [UInt8]) -> Int64 {
        digest.prefix(8).reduce(0) { ($0 << 8) | Int64($1) }
    }
}
