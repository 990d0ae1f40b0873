package import Fleet
package import FoundationEssentials
package import Ledger
package import Postgres
import Rights

/// Looks at a case and says what follows at its targets: makes the plan, begins what is free, takes in what came of it, answers
/// when nothing is left.
///
/// What may happen to one target is ``FanOutTarget``'s, what becomes of the case ``FanOutProgress``'s; here both are carried out.
package struct ErasurePlanner: EffectPlanner {
    /// How often an erasure is looked at again that waits for a copy, should nobody tell that it is there.
    static let patience: TimeInterval = 86_400

    private let ring: KeyRing
    private let digest: KeyedDigest

    package init(ring: KeyRing) {
        self.ring = ring
        digest = KeyedDigest(ring.looking)
    }

    package func reading(_ ids: [UUID]) -> [SQL] { ErasureReading.statements(ids, hasBegun: false) }

    package func readingFurther(_ ids: [UUID]) -> [SQL] { ErasureReading.statements(ids, hasBegun: true) }

    package func plan(_ desk: inout CaseDesk, _ rows: [Rows]) throws {
        let read = try ErasureReading(rows)
        var writes = FanOutWrites()
        for id in desk.ids {
            guard let record = desk.records[id] else { continue }
            let facts = ErasureFacts(record, read, at: desk.now)
            var turn = ErasureTurn(facts, read, ring: ring, digest: digest)
            try turn.run(&desk)
            writes.add(turn.board, turn.writes)
        }
        desk.writes += writes.statements(at: desk.now)
    }
}
