package import Fleet
package import FoundationEssentials
package import Ledger
package import Postgres
package import Rights

/// Looks at a case about a copy and says what follows: makes the plan, has every system collected from, has the bundle put together
/// when nothing is left, answers when it is there, and ends it when its time is over.
package struct ExportPlanner: EffectPlanner {
    private let ring: KeyRing
    /// How long a bundle can be fetched.
    private let keep: Period

    package init(ring: KeyRing, keep: Period) {
        self.ring = ring
        self.keep = keep
    }

    package func reading(_ ids: [UUID]) -> [SQL] { ExportReading.statements(ids) }

    package func plan(_ desk: inout CaseDesk, _ rows: [Rows]) throws {
        let read = try ExportReading(rows)
        var writes = FanOutWrites()
        for id in desk.ids {
            guard let record = desk.records[id] else { continue }
            let facts = ExportFacts(record, read, at: desk.now)
            guard facts.isOurs else { continue }
            var turn = ExportTurn(facts, read, ring: ring, keep: keep)
            try turn.run(&desk)
            writes.add(turn.board, turn.writes)
        }
        desk.writes += writes.statements(at: desk.now)
    }
}
