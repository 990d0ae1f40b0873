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
    /// Attempts at a target: about three days.
    static let attempts = 80
    /// How often an erasure is looked at again that waits for a copy, should nobody tell that it is there.
    static let patience: TimeInterval = 86_400

    private let ring: KeyRing
    private let digest: KeyedDigest

    package init(ring: KeyRing) {
        self.ring = ring
        digest = KeyedDigest(ring.looking)
    }

    package func reading(_ ids: [UUID]) -> [SQL] { ErasureReading.statements(ids) }

    package func plan(_ desk: inout CaseDesk, _ rows: [Rows]) throws {
        let read = try ErasureReading(rows)
        var writes = FanOutWrites()
        for id in desk.ids {
            guard let record = desk.records[id] else { continue }
            let facts = ErasureFacts(record, read, at: desk.now)
            var turn = ErasureTurn(facts, read, ring: ring, digest: digest)
            try turn.run(&desk)
            writes.add(turn)
        }
        desk.writes += writes.statements(at: desk.now)
    }
}

/// What one transaction writes about parts of cases and what was said of them.
private struct FanOutWrites {
    private var made: [FanOutTarget] = []
    private var changed: [FanOutTarget] = []
    private var taken: [UUID] = []
    private var others: [SQL] = []

    mutating func add(_ turn: ErasureTurn) {
        made += turn.made
        changed += turn.changed
        taken += turn.taken
        others += turn.writes
    }

    func statements(at now: Date) -> [SQL] {
        var statements: [SQL] = []
        if !made.isEmpty { statements.append(FanOutTarget.insert(made)) }
        if !changed.isEmpty { statements.append(FanOutTarget.update(changed)) }
        if !taken.isEmpty { statements.append(TaskAnswers.take(taken, at: now)) }
        return statements + others
    }
}
