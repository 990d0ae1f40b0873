import Foundation
import Rights
import Testing

@Suite("What happens to one target, signal after signal")
struct FanOutMachineTests {
    typealias Kind = MachineScene.Kind
    typealias Target = FanOutTarget

    private static let now = MachineScene.now
    private static let states = Target.State.allCases

    // MARK: Tables

    @Test("N4: every signal in every open state comes to what the tables say", arguments: Kind.allCases)
    func tables(_ kind: Kind) throws {
        let table = try #require(MachineTables.all[kind])
        var rows = table.split(separator: "\n").map(String.init)
        let columns = rows.removeFirst().split(separator: " ").map(String.init)
        #expect(columns == MachineScene.open.map(\.rawValue))
        #expect(rows.count == MachineScene.signals.count)
        for (row, (name, signal)) in zip(rows, MachineScene.signals) {
            let cells = row.dropFirst(25).split(separator: " ").map(String.init)
            #expect(row.prefix(25).trimmingCharacters(in: .whitespaces) == name)
            for (state, cell) in zip(MachineScene.open, cells) {
                let step = MachineScene.step(MachineScene.target(kind, state), signal, kind)
                #expect(step == cell, "\(kind) \(state): \(name)")
            }
        }
    }

    @Test("Nothing moves a target that has come to its end", arguments: Kind.allCases)
    func finals(_ kind: Kind) {
        for state in Self.states where state.isFinal {
            for level in Verification.allCases {
                let target = MachineScene.target(kind, state, level: level)
                for (name, signal) in MachineScene.signals {
                    #expect(MachineScene.step(target, signal, kind) == "·", "\(state): \(name)")
                }
            }
        }
    }

    /// Every kind in every state, mandatory or not, at every level, with every signal.
    private static func everyStep(_ body: (Kind, Target, String, Target, EffectKind?) -> Void) {
        for kind in Kind.allCases {
            for state in states {
                for level in Verification.allCases {
                    for isMandatory in [true, false] {
                        let target = MachineScene.target(kind, state, level: level, mandatory: isMandatory)
                        for (name, signal) in MachineScene.signals {
                            var after = target
                            let next = after.take(signal, kind.abilities, at: now)
                            body(kind, target, name, after, next)
                        }
                    }
                }
            }
        }
    }

    @Test("N4: whatever is verified is verified at its level at least, at a time, and wants nothing more")
    func verifiedAtLevel() {
        Self.everyStep { kind, before, name, after, next in
            guard after.state == .verified else {
                #expect(after.verifiedAt == nil && after.verifiedBy == nil, "\(kind) \(before.state): \(name)")
                return
            }
            #expect(after.verifiedBy?.reaches(after.level) == true, "\(kind) \(before.state): \(name)")
            #expect(after.verifiedAt == Self.now && next == nil, "\(kind) \(before.state): \(name)")
        }
    }

    @Test("Whatever is stuck says why, and what waits for a time has not passed it")
    func reasons() {
        Self.everyStep { kind, before, name, after, _ in
            if after.state == .stuck { #expect(after.cause?.isEmpty == false, "\(kind) \(before.state): \(name)") }
            if after.state != before.state, let time = after.looksAgainAt {
                #expect(time > Self.now, "\(kind) \(before.state): \(name)")
            }
        }
    }

    @Test("What is asked for next goes with the state it is asked in, and of a person nothing but by letter")
    func effects() {
        Self.everyStep { kind, before, name, after, next in
            switch next {
            case .targetAct?: #expect(after.state == .acting || (after.state == .pending && kind == .mailed), "\(name)")
            case .targetLook?: #expect(after.state == .pending && kind.abilities.canPoll, "\(name)")
            case .targetVerify?: #expect(after.state == .verifying && kind.abilities.canLook, "\(kind) \(name)")
            default: #expect(next == nil)
            }
            if kind == .manual { #expect(next == nil, "\(before.state): \(name)") }
        }
    }

    // MARK: Beginning

    @Test(
        "It begins with whoever does it",
        arguments: [
            (Kind.looked, Target.State.acting, EffectKind?.some(.targetAct)), (.app, .acting, .targetAct),
            (.manual, .pending, nil), (.mailed, .acting, .targetAct),
        ]
    )
    func begins(_ kind: Kind, _ state: Target.State, _ next: EffectKind?) {
        var target = MachineScene.target(kind, .waiting)
        #expect(target.begin(kind.abilities) == next && target.state == state)
        #expect(target.begin(kind.abilities) == nil, "only once")
    }

    @Test("K14, K22: the client's own and what goes by itself are listed", arguments: [Target.Way.client, .time])
    func listed(_ way: Target.Way) {
        var target = MachineScene.target(.blind, .waiting)
        target.way = way
        #expect(target.begin(.init()) == nil && target.state == .listed)
    }

    // MARK: G12

    @Test(
        "G12: a 200 alone never verifies a mandatory target, whatever the level that is asked for",
        arguments: Verification.allCases
    )
    func answeredOnly(_ level: Verification) {
        for kind in Kind.allCases {
            var target = MachineScene.target(kind, .acting, level: level)
            _ = target.take(.ended(.targetAct, .init(.done)), kind.abilities, at: Self.now)
            #expect(target.state != .verified, "\(kind)")
            for state in Self.states {
                var target = MachineScene.target(kind, state, level: level)
                let step = Target.Signal.ended(.targetVerify, .init(.done))
                _ = target.take(step, kind.abilities, at: Self.now)
                #expect(target.state != .verified || state == .verified, "\(kind) \(state): a look that shows nothing")
            }
        }
    }

    @Test("G12: where nothing hangs on it, the call has to do, and only for an attestation")
    func optional() {
        for level in Verification.allCases {
            var target = MachineScene.target(.blind, .acting, level: level, mandatory: false)
            _ = target.take(.ended(.targetAct, .init(.done)), Kind.blind.abilities, at: Self.now)
            #expect(target.state == (level == .attestation ? .verified : .stuck))
        }
    }

    @Test("G12: an app is verified by its answer to the question, not by the question")
    func appIsAsked() {
        var target = MachineScene.target(.app, .acting)
        func take(_ signal: Target.Signal, at time: TimeInterval = 0) -> EffectKind? {
            target.take(signal, Kind.app.abilities, at: Self.now.addingTimeInterval(time))
        }
        func said(_ outcome: TaskAnswer.Outcome, _ time: TimeInterval, rows: Int? = nil) -> Target.Signal {
            .answered(TaskAnswer(.app, outcome, at: Self.now.addingTimeInterval(time), rows: rows))
        }
        #expect(take(.ended(.targetAct, .init(.acceptedPending))) == nil && target.state == .pending)
        #expect(take(said(.done, 10, rows: 5), at: 11) == .targetVerify && target.state == .verifying)
        #expect(take(.ended(.targetVerify, .init(.done)), at: 12) == nil && target.state == .verifying)
        // Its first word under another id, earlier ones, and the same word for word: none of them is an answer.
        #expect(take(said(.alreadyAbsent, 9), at: 13) == nil && target.state == .verifying)
        #expect(take(said(.done, 10, rows: 5), at: 13) == .targetVerify && target.state == .verifying)
        #expect(take(said(.alreadyAbsent, 14), at: 15) == nil && target.state == .verified)
        #expect(target.verifiedBy == .probe && target.findings.rows == 5 && target.outcome == .done)
    }

    @Test("G12: the answer may come before the end of the question is recorded")
    func answerFirst() {
        var target = MachineScene.target(.app, .verifying)
        let clean = TaskAnswer(.app, .done, at: Self.now, rows: 0)
        #expect(target.take(.answered(clean), Kind.app.abilities, at: Self.now) == nil && target.state == .verified)
        let before = target
        _ = target.take(.ended(.targetVerify, .init(.done)), Kind.app.abilities, at: Self.now)
        #expect(target == before)
    }

    @Test(
        "G12: what an app says of what is left decides",
        arguments: [
            (TaskAnswer.Outcome.done, Int?.some(0), Target.State.verified, String?.none),
            (.alreadyAbsent, nil, .verified, nil), (.done, 2, .stuck, "still_there"),
            (.done, nil, .stuck, "not_verified"), (.stillThere, nil, .stuck, "still_there"),
            (.refused, nil, .stuck, "not_verified"), (.failed, nil, .stuck, "not_verified"),
        ]
    )
    func left(_ outcome: TaskAnswer.Outcome, _ rows: Int?, _ state: Target.State, _ cause: String?) {
        var target = MachineScene.target(.app, .verifying)
        let answer = TaskAnswer(.app, outcome, at: Self.now, rows: rows)
        #expect(target.take(.answered(answer), Kind.app.abilities, at: Self.now) == nil)
        #expect(target.state == state && target.cause == cause)
    }

    @Test("N4: an acceptance is no word that it is done, also when its date has passed")
    func acceptance() {
        let until = Self.now.addingTimeInterval(3_600)
        for kind in [Kind.wordOnlyApp, .manual, .mailed] {
            var target = MachineScene.target(kind, .pending, level: .attestation)
            let source: TaskAnswer.Source = kind == .wordOnlyApp ? .app : .person
            let accepted = TaskAnswer(source, .acceptedPending, at: Self.now, verifyAfter: until)
            #expect(target.take(.answered(accepted), kind.abilities, at: Self.now) == nil && target.state == .grace)
            #expect(target.take(.graceOver, kind.abilities, at: Self.now) == nil && target.state == .grace)
            #expect(target.take(.graceOver, kind.abilities, at: until) == nil && target.state == .pending, "\(kind)")
            let done = TaskAnswer(source, .done, at: until)
            _ = target.take(.answered(done), kind.abilities, at: until)
            #expect(target.state == .verified && target.verifiedBy == .attestation)
        }
        // One that can be looked at is looked at.
        var target = MachineScene.target(.app, .pending)
        let accepted = TaskAnswer(.app, .acceptedPending, at: Self.now, verifyAfter: until)
        _ = target.take(.answered(accepted), Kind.app.abilities, at: Self.now)
        #expect(target.take(.graceOver, Kind.app.abilities, at: until) == .targetVerify && target.state == .verifying)
        // A machine that accepts and can be asked nothing is a person's matter at once.
        var silent = MachineScene.target(.blind, .acting, level: .attestation, mandatory: false)
        _ = silent.take(.ended(.targetAct, .init(.acceptedPending)), Kind.blind.abilities, at: Self.now)
        #expect(silent.state == .stuck && silent.cause == "not_verified")
    }

    @Test("N4: what can still be restored is looked at when that is over, what was not there at once")
    func grace() {
        var abilities = Kind.looked.abilities
        abilities.grace = Period(30, .calendarDay)
        for end in [Target.EffectEnd.Kind.done, .alreadyAbsent] {
            var target = MachineScene.target(.looked, .acting)
            let next = target.take(.ended(.targetAct, .init(end)), abilities, at: Self.now)
            #expect(target.state == (end == .done ? .grace : .verifying))
            #expect(next == (end == .done ? nil : .targetVerify))
            guard end == .done, let until = target.looksAgainAt else { continue }
            #expect(until == Self.now.addingTimeInterval(30 * 86_400))
            #expect(target.take(.graceOver, abilities, at: until) == .targetVerify && target.looksAgainAt == nil)
        }
    }

    // MARK: G10

    @Test("G10: what a person did is verified by somebody else's look, an app's word is none")
    func witness() {
        for source in [TaskAnswer.Source.person, .app] {
            var target = MachineScene.target(.manual, .pending)
            _ = target.take(.answered(TaskAnswer(source, .done, at: Self.now)), Kind.manual.abilities, at: Self.now)
            #expect(target.state == .verifying)
            for other in [TaskAnswer.Source.app, .person] {
                let word = TaskAnswer(other, .done, at: Self.now, rows: 0)
                _ = target.take(.answered(word), Kind.manual.abilities, at: Self.now)
                #expect(target.state == .verifying)
            }
            let look = TaskAnswer(.witness, .done, at: Self.now)
            _ = target.take(.answered(look), Kind.manual.abilities, at: Self.now)
            #expect(target.state == .verified && target.verifiedBy == .person)
        }
    }

    @Test("G10: a person who was written to is reminded for as long as nothing is said, and not after")
    func reminders() throws {
        var target = MachineScene.target(.mailed, .acting)
        let abilities = Kind.mailed.abilities
        _ = target.take(.ended(.targetAct, .init(.done)), abilities, at: Self.now)
        let first = try #require(target.looksAgainAt)
        #expect(target.state == .pending && first == Self.now.addingTimeInterval(2 * 86_400))
        #expect(target.take(.graceOver, abilities, at: first.addingTimeInterval(-1)) == nil)
        #expect(target.take(.graceOver, abilities, at: first) == .targetAct && target.state == .pending)
        // What became of the reminder is no matter.
        for end in [Target.EffectEnd.Kind.done, .refused, .failed] {
            let before = target
            #expect(target.take(.ended(.targetAct, .init(end)), abilities, at: first) == nil && target == before)
        }
        #expect(target.looksAgainAt == first.addingTimeInterval(2 * 86_400))
        _ = target.take(.answered(TaskAnswer(.person, .done, at: first)), abilities, at: first)
        #expect(target.state == .verifying && target.looksAgainAt == nil)
    }

    @Test("G8, K16: who may get no new data is not written to, neither at first nor to be reminded")
    func notWritten() {
        var target = MachineScene.target(.mailed, .waiting)
        target.note = FanOutPlan.Line.Note.newDataBlocked.rawValue
        let abilities = Kind.mailed.abilities
        #expect(target.begin(abilities) == nil && target.state == .pending && target.looksAgainAt == nil)
        let accepted = TaskAnswer(.person, .acceptedPending, at: Self.now)
        #expect(target.take(.answered(accepted), abilities, at: Self.now) == nil && target.looksAgainAt == nil)
    }

    @Test("An app that wants to be asked later is asked later, under the same key, and not at once")
    func later() throws {
        var target = MachineScene.target(.app, .pending)
        let key = target.key
        let word = TaskAnswer(.app, .retry, at: Self.now)
        #expect(target.take(.answered(word), Kind.app.abilities, at: Self.now) == nil)
        let time = try #require(target.looksAgainAt)
        #expect(time > Self.now)
        #expect(target.take(.graceOver, Kind.app.abilities, at: time) == .targetAct)
        #expect(target.state == .acting && target.key == key)
        var asked = MachineScene.target(.app, .verifying)
        #expect(asked.take(.answered(word), Kind.app.abilities, at: Self.now) == nil)
        let again = try #require(asked.looksAgainAt)
        #expect(asked.take(.graceOver, Kind.app.abilities, at: again) == .targetVerify && asked.looksAgainAt == nil)
    }

    @Test(
        "C5: what was refused is done anew only by a person's word and under another key, and then begins from nothing"
    )
    func again() {
        for kind in Kind.allCases {
            var target = MachineScene.target(kind, .stuck)
            (target.outcome, target.cause) = (.refused, "refused")
            target.findings = MachineScene.findings(.attestation, left: 3)
            let key = UUID()
            let next = target.take(.again(key), kind.abilities, at: Self.now)
            #expect(target.key == key && target.repeats == 1 && target.findings == TargetFindings())
            #expect(target.outcome == nil && target.cause == nil && target.actedAt == nil)
            #expect(next == (kind == .manual ? nil : .targetAct))
        }
    }
}
