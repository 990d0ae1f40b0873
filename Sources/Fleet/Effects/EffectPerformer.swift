package import FoundationEssentials
package import Ledger
package import Postgres

/// What one kind of worker does with its outside effects; ``EffectCrew`` does the rest.
package protocol EffectPerformer: Sendable {
    /// An effect with all that its call needs.
    associatedtype Job: Sendable

    /// The longest that ``perform(_:)`` takes. The lease is longer.
    var longestCall: Duration { get }

    /// The same for one effect, where some take longer than others.
    func longestCall(of effect: EffectRecord) -> Duration

    /// What a lease lasts beyond the longest call: the way to the call and the way of its outcome back.
    var margin: Duration { get }

    /// Whether a call goes on for as long as it takes and its lease is renewed meanwhile: work of minutes or hours. ``longestCall(of:)``
    /// is then how long a dead worker's effect is left alone.
    func renews(_ effect: EffectRecord) -> Bool

    /// What has to be read beside the effects, in the transaction that leases them.
    func reading(_ leases: [EffectLease]) -> [SQL]

    /// Makes the jobs, one for each lease and in their order, of what was read. One that cannot be done says so when it is performed.
    func jobs(_ leases: [EffectLease], _ rows: [Rows]) throws -> [Job]

    /// Makes the call. Throws never: whatever happens is a verdict.
    func perform(_ job: Job) async -> AttemptVerdict
}

/// What one kind of worker means to do about its cases: a decision over what was read under their locks.
package protocol EffectPlanner: Sendable {
    /// The cases to look at where the worker's queue names these: themselves, unless it names something that cases are made for first.
    /// Called outside of the transaction about the cases; what it writes is committed, and safe to repeat.
    ///
    /// - Returns: the cases, and the messages to be published.
    func cases(of ids: [UUID], on connection: PostgresConnection) async throws -> (ids: [UUID], outgoing: [OutboxRow])

    /// What has to be read beside the cases, their pauses and their effects.
    func reading(_ ids: [UUID]) -> [SQL]

    /// The same, as many and in the same order, where of each of these cases an effect of this worker has just ended: what only serves
    /// their beginning need not be read.
    func readingFurther(_ ids: [UUID]) -> [SQL]

    /// Looks at every case of the desk and says what follows. Called after whatever the transaction knows has been entered, and
    /// any number of times for the same case: what was planned before is among its effects.
    func plan(_ desk: inout CaseDesk, _ rows: [Rows]) throws
}

extension EffectPerformer {
    package func longestCall(of effect: EffectRecord) -> Duration { longestCall }

    package var margin: Duration { .seconds(15) }

    package func renews(_ effect: EffectRecord) -> Bool { false }
}

extension EffectPlanner {
    package func cases(of ids: [UUID], on connection: PostgresConnection) async throws -> (
        ids: [UUID], outgoing: [OutboxRow]
    ) {
        (ids, [])
    }

    package func readingFurther(_ ids: [UUID]) -> [SQL] { reading(ids) }
}
