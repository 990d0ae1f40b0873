import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// One look at one case under its lock.
struct ErasureTurn {
    let facts: ErasureFacts
    let read: ErasureReading
    let ring: KeyRing
    let digest: KeyedDigest
    let now: Date
    var targets: [FanOutTarget]
    let before: [UUID: FanOutTarget]
    var taken: [UUID] = []
    var writes: [SQL] = []

    init(_ facts: ErasureFacts, _ read: ErasureReading, ring: KeyRing, digest: KeyedDigest) {
        self.facts = facts
        self.read = read
        self.ring = ring
        self.digest = digest
        now = facts.now
        targets = read.targets[facts.record.id] ?? []
        before = Dictionary(targets.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Rows to be made, and rows that differ from what was read.
    var made: [FanOutTarget] { targets.filter { before[$0.id] == nil } }
    var changed: [FanOutTarget] {
        targets.filter { target in before[target.id].map { $0 != target } ?? false }
    }

    var id: UUID { facts.record.id }

    mutating func run(_ desk: inout CaseDesk) throws {
        guard facts.isOurs, let operation = facts.operation else { return cancelIfEnded(&desk) }
        // Without a data map a person does it, and says so.
        guard !desk.registry.systems.isEmpty || !targets.isEmpty else { return }
        if targets.isEmpty, try !begin(operation, &desk) { return }
        try takeIn(&desk)
        lift(&desk)
        finishKept(&desk)
        start(&desk)
        say(&desk)
        forget(desk)
        try conclude(&desk)
    }

    /// Of a case that has ended meanwhile, by a withdrawal for instance: what had not been begun is not begun any more.
    private mutating func cancelIfEnded(_ desk: inout CaseDesk) {
        guard facts.record.state.isFinal, facts.record.state != .fulfilled, facts.record.state != .partlyFulfilled
        else { return }
        for index in targets.indices where !targets[index].state.isFinal {
            let effect = targets[index].effect.flatMap { id in desk.effects(of: self.id).first { $0.id == id } }
            // One that a worker has in hand may finish, and is recorded.
            guard effect?.state != .leased else { continue }
            if let end = effect.flatMap(FanOutTarget.EffectEnd.init), let kind = effect?.kind {
                _ = targets[index].take(.ended(kind, end), abilities(of: targets[index], desk), at: now)
            }
            if !targets[index].state.isFinal { _ = targets[index].take(.cancelled, .init(), at: now) }
            targets[index].effect = nil
        }
        say(&desk)
        forget(desk)
    }
}
