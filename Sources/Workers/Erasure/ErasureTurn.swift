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
    var board: FanOutBoard
    var writes: [SQL] = []

    init(_ facts: ErasureFacts, _ read: ErasureReading, ring: KeyRing, digest: KeyedDigest) {
        self.facts = facts
        self.read = read
        self.ring = ring
        self.digest = digest
        now = facts.now
        board = FanOutBoard(facts.record, read.targets[facts.record.id] ?? [], at: now)
    }

    var targets: [FanOutTarget] { board.targets }
    var id: UUID { facts.record.id }

    mutating func run(_ desk: inout CaseDesk) throws {
        guard facts.isOurs, let operation = facts.operation else { return cancelIfEnded(&desk) }
        // Without a data map a person does it, and says so.
        guard !desk.registry.systems.isEmpty || !targets.isEmpty else { return }
        if targets.isEmpty, try !begin(operation, &desk) { return }
        board.takeIn(
            read.answers[id] ?? [],
            word: facts.lastWord(.targetStuck),
            isHeld: facts.isHeld,
            &desk
        )
        lift(&desk)
        finishKept(&desk)
        board.start(isHeld: facts.isHeld, &desk)
        board.say(&desk)
        forget(desk)
        try conclude(&desk)
    }

    /// Of a case that has ended meanwhile, by a withdrawal for instance: what had not been begun is not begun any more.
    private mutating func cancelIfEnded(_ desk: inout CaseDesk) {
        guard facts.record.state.isFinal, facts.record.state != .fulfilled, facts.record.state != .partlyFulfilled
        else { return }
        board.cancel(&desk)
        board.say(&desk)
        forget(desk)
    }
}
