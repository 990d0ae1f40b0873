import Foundation
import Rights

/// Targets as they stand before a signal, the signals there are, and how a step is written in a table.
enum MachineScene {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)
    /// When whoever did it says that it was done.
    static let actedAt = now.addingTimeInterval(-600)

    /// What a target's system is, as far as the machine cares.
    enum Kind: String, CaseIterable, Sendable {
        /// A machine that can be looked at, and asked whether what it accepted is done.
        case looked
        /// A machine of which nothing can be asked afterwards.
        case blind
        /// An own app that answers by events and can be asked what is left.
        case app
        /// An own app that says that it is done and nothing more.
        case wordOnlyApp
        /// A person who finds it in the list of tasks.
        case manual
        /// A person who is written to.
        case mailed

        var way: FanOutTarget.Way {
            switch self {
            case .looked, .blind, .app, .wordOnlyApp: .connector
            case .manual, .mailed: .person
            }
        }

        var abilities: FanOutTarget.Abilities {
            switch self {
            case .looked: .init(canPoll: true, canLook: true)
            case .blind, .manual: .init()
            case .app: .init(canLook: true, answersLater: true)
            case .wordOnlyApp: .init(answersLater: true)
            case .mailed: .init(writes: true, remindEvery: Period(2, .calendarDay))
            }
        }

        /// The best that can come of it.
        var level: Verification {
            switch self {
            case .looked, .app: .probe
            case .blind, .wordOnlyApp: .attestation
            case .manual, .mailed: .person
            }
        }
    }

    static func target(
        _ kind: Kind,
        _ state: FanOutTarget.State,
        level: Verification? = nil,
        mandatory: Bool = true
    ) -> FanOutTarget {
        var target = FanOutTarget(
            id: UUID(),
            caseID: UUID(),
            clientID: "acme",
            system: "s",
            systemVersion: 1,
            operation: .erase,
            way: kind.way,
            isMandatory: mandatory,
            level: level ?? kind.level,
            ordinal: 0,
            key: UUID()
        )
        target.state = state
        switch state {
        case .waiting, .acting, .listed, .left, .cancelled: break
        case .pending: (target.outcome, target.actedAt) = (.acceptedPending, actedAt)
        // Due this very moment.
        case .grace: (target.outcome, target.actedAt, target.verifyAt) = (.done, actedAt, now)
        case .verifying: (target.outcome, target.actedAt) = (.done, actedAt)
        case .verified:
            (target.outcome, target.actedAt) = (.done, actedAt)
            (target.verifiedAt, target.verifiedBy) = (now, target.level)
        case .stuck: (target.outcome, target.cause) = (.failed, "timeout")
        }
        return target
    }

    static func findings(_ level: Verification?, left: Int? = nil) -> TargetFindings {
        var findings = TargetFindings()
        findings.level = level
        findings.stillThere = left
        return findings
    }

    private static func answer(
        _ source: TaskAnswer.Source,
        _ outcome: TaskAnswer.Outcome,
        rows: Int? = nil,
        until: Date? = nil
    ) -> FanOutTarget.Signal {
        .answered(TaskAnswer(source, outcome, at: now, rows: rows, verifyAfter: until))
    }

    /// Every signal, under the name it has in the tables.
    static let signals: [(name: String, signal: FanOutTarget.Signal)] = {
        var signals: [(String, FanOutTarget.Signal)] = []
        let ends: [(String, FanOutTarget.EffectEnd.Kind)] = [
            ("done", .done), ("absent", .alreadyAbsent), ("accepted", .acceptedPending), ("refused", .refused),
            ("failed", .failed),
        ]
        for (name, kind) in [("act", EffectKind.targetAct), ("poll", .targetLook)] {
            for (end, word) in ends { signals.append(("\(name) \(end)", .ended(kind, .init(word, cause: "http_500")))) }
        }
        let tomorrow = now.addingTimeInterval(86_400)
        signals += [
            ("look says nothing", .ended(.targetVerify, .init(.done))),
            ("look accepted", .ended(.targetVerify, .init(.acceptedPending))),
            ("look finds nothing", .ended(.targetVerify, .init(.done, findings: findings(.probe, left: 0)))),
            ("look finds rows", .ended(.targetVerify, .init(.done, findings: findings(.probe, left: 3)))),
            ("look refused", .ended(.targetVerify, .init(.refused, cause: "http_403"))),
            ("look failed", .ended(.targetVerify, .init(.failed, cause: "timeout"))),
            ("app: done", answer(.app, .done)), ("app: done, 3 rows", answer(.app, .done, rows: 3)),
            ("app: done, 0 rows", answer(.app, .done, rows: 0)), ("app: absent", answer(.app, .alreadyAbsent)),
            ("app: accepted", answer(.app, .acceptedPending)),
            ("app: accepted until", answer(.app, .acceptedPending, until: tomorrow)),
            ("app: refused", answer(.app, .refused)), ("app: later", answer(.app, .retry)),
            ("app: failed", answer(.app, .failed)), ("person: done", answer(.person, .done)),
            ("person: absent", answer(.person, .alreadyAbsent)),
            ("person: accepted", answer(.person, .acceptedPending)),
            ("person: accepted until", answer(.person, .acceptedPending, until: tomorrow)),
            ("person: refused", answer(.person, .refused)), ("witness: done", answer(.witness, .done)),
            ("witness: still there", answer(.witness, .stillThere)), ("time", .graceOver),
            ("again", .again(UUID(uuid: (1, 2, 3, 4, 5, 6, 0x47, 8, 0x89, 10, 11, 12, 13, 14, 15, 16)))),
            ("left", .left(cause: "left_by_person")), ("cancelled", .cancelled),
        ]
        return signals
    }()

    /// `verifying/look`: where it comes to, and what is asked for next; `·` where nothing happens.
    static func step(_ target: FanOutTarget, _ signal: FanOutTarget.Signal, _ kind: Kind) -> String {
        var after = target
        let next = after.take(signal, kind.abilities, at: now)
        if after == target, next == nil { return "·" }
        let asks: [EffectKind: String] = [.targetAct: "act", .targetLook: "poll", .targetVerify: "look"]
        return after.state.rawValue + (next.map { "/\(asks[$0] ?? "?")" } ?? "")
    }

    static let open: [FanOutTarget.State] = [.waiting, .acting, .pending, .grace, .verifying, .stuck]
}
