import Foundation
import Ledger
import Rights
import Testing

@testable import Fleet

@Suite("What becomes of an effect by an attempt")
struct EffectAttemptTests {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)
    static let domainNow = Date(timeIntervalSince1970: 1_900_000_000)

    func ending(
        _ verdict: AttemptVerdict,
        attempts: Int = 0,
        allowed: Int = 5,
        isUnwanted: Bool = false
    ) -> EffectEnding {
        var effect = EffectRecord(
            PlannedEffect(
                .clientReferral,
                of: .referral,
                to: "t",
                case: UUID(),
                clientID: nil,
                attemptsAllowed: allowed,
                at: Self.now
            ),
            at: Self.now
        )
        effect.attempts = attempts
        let lease = EffectLease(effect, startAt: Self.now, until: Self.now.addingTimeInterval(45))
        return EffectAttempt(
            lease,
            verdict,
            startedAt: Self.now,
            endedAt: Self.now,
            worker: "w"
        ).ending(at: Self.domainNow, isUnwanted: isUnwanted, random: 1)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let verdict: AttemptVerdict
        let attempts: Int
        var isUnwanted = false
        let state: EffectState
        let counts: Bool
        /// Seconds until the next attempt.
        let next: TimeInterval?

        var testDescription: String { "\(verdict.outcome) \(verdict.cause) after \(attempts) → \(state)" }
    }

    static let notBegun = AttemptVerdict.retry(AttemptVerdict.notBegun, blamesTarget: false)
    static let rows: [Row] = [
        Row(verdict: .done(), attempts: 0, state: .done, counts: true, next: nil),
        Row(verdict: .done(.alreadyAbsent), attempts: 2, state: .done, counts: true, next: nil),
        Row(verdict: .done(.acceptedPending), attempts: 4, state: .done, counts: true, next: nil),
        Row(verdict: .done(), attempts: 0, isUnwanted: true, state: .done, counts: true, next: nil),
        Row(verdict: .refused("http_400", status: 400), attempts: 0, state: .parked, counts: true, next: nil),
        Row(verdict: .refused("http_400"), attempts: 0, isUnwanted: true, state: .parked, counts: true, next: nil),
        Row(verdict: .gone("http_410", status: 410), attempts: 0, state: .parked, counts: true, next: nil),
        Row(verdict: .retry("timeout", blamesTarget: true), attempts: 0, state: .retrying, counts: true, next: 5),
        Row(verdict: .retry("timeout", blamesTarget: true), attempts: 3, state: .retrying, counts: true, next: 40),
        Row(verdict: .retry("timeout", blamesTarget: true), attempts: 4, state: .parked, counts: true, next: nil),
        Row(verdict: .retry("http_409", blamesTarget: false), attempts: 9, state: .parked, counts: true, next: nil),
        Row(
            verdict: .retry("timeout", blamesTarget: true),
            attempts: 0,
            isUnwanted: true,
            state: .cancelled,
            counts: true,
            next: nil
        ),
        Row(
            verdict: .retry("http_429", after: .seconds(77), blamesTarget: false),
            attempts: 0,
            state: .retrying,
            counts: true,
            next: 77
        ),
        Row(verdict: notBegun, attempts: 0, state: .planned, counts: false, next: 0),
        Row(verdict: notBegun, attempts: 4, state: .retrying, counts: false, next: 0),
        Row(verdict: notBegun, attempts: 0, isUnwanted: true, state: .cancelled, counts: false, next: nil),
        // Not a failure: there is more to do, or nothing to see yet.
        Row(verdict: .waiting(after: .seconds(9)), attempts: 0, state: .planned, counts: false, next: 9),
        Row(verdict: .waiting(after: .zero), attempts: 2, state: .retrying, counts: false, next: 0),
        Row(
            verdict: .waiting(after: .seconds(9)),
            attempts: 0,
            isUnwanted: true,
            state: .cancelled,
            counts: false,
            next: nil
        ),
    ]

    @Test("as the table says", arguments: rows)
    func table(_ row: Row) {
        let ending = ending(row.verdict, attempts: row.attempts, isUnwanted: row.isUnwanted)
        #expect(ending.state == row.state)
        #expect(ending.counts == row.counts)
        #expect(ending.nextAttemptAt == row.next.map { Self.now.addingTimeInterval($0) })
        #expect(ending.finishedAt == (row.state.isFinal ? Self.domainNow : nil))
        #expect(ending.outcome == row.verdict.outcome.rawValue)
        #expect(ending.cause == (row.verdict.cause.isEmpty ? nil : row.verdict.cause))
        #expect(ending.status == row.verdict.status)
        #expect(ending.token == 1)
    }

    @Test("every outcome is in the table")
    func complete() {
        #expect(Set(Self.rows.map(\.verdict.outcome)) == Set(AttemptVerdict.Outcome.allCases))
    }
}
