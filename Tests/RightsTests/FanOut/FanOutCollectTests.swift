import Foundation
import Rights
import Testing

@Suite("What an app says of what it was to hand over")
struct FanOutCollectTests {
    typealias Target = FanOutTarget

    private static let now = MachineScene.now
    private static let abilities = Target.Abilities(answersLater: true)
    private static let id = UUID()

    private static func target(_ state: Target.State = .pending) -> Target {
        var target = Target(
            id: UUID(),
            caseID: UUID(),
            clientID: "acme",
            system: "crm",
            systemVersion: 1,
            operation: .collect,
            way: .connector,
            isMandatory: true,
            level: .attestation,
            ordinal: 0,
            key: UUID()
        )
        (target.state, target.outcome) = (state, .acceptedPending)
        return target
    }

    private static func answer(
        _ outcome: TaskAnswer.Outcome = .done,
        _ source: TaskAnswer.Source = .app,
        rows: Int? = nil,
        results: UUID? = nil
    ) -> Target.Signal {
        .answered(TaskAnswer(source, outcome, at: now, rows: rows, results: results))
    }

    @Test(
        "N4: what it hands over is fetched, and handed over when it has come",
        arguments: [Target.State.pending, .stuck]
    )
    func fetched(_ state: Target.State) {
        var target = Self.target(state)
        let next = target.take(Self.answer(rows: 3, results: Self.id), Self.abilities, at: Self.now)
        #expect(next == .targetLook && target.state == .pending && target.outcome == .acceptedPending)
        #expect(target.findings.answer == Self.id && target.verifiedBy == nil && target.cause == nil)
        var findings = TargetFindings()
        findings.level = .attestation
        findings.pieces = [CopiedPiece("results", ordinal: 0, object: "o", rows: 0, bytes: 9, isFile: true)]
        _ = target.take(.ended(.targetLook, .init(.done, findings: findings)), Self.abilities, at: Self.now)
        #expect(target.state == .verified && target.outcome == .done && target.findings.answer == Self.id)
        #expect(target.looksAgainAt == nil)
    }

    @Test("N4: rows without anything to fetch are not handed over: a person is asked, and the gap says why")
    func missing() {
        for rows in [3, nil] {
            var target = Self.target()
            #expect(target.take(Self.answer(rows: rows), Self.abilities, at: Self.now) == nil)
            #expect(target.state == .stuck && target.cause == "results_missing" && target.outcome == .failed)
            _ = target.take(.left(cause: "left_by_person"), Self.abilities, at: Self.now)
            #expect(target.state == .left && target.findings.reason == "results_missing")
        }
        // What comes after all is taken.
        var late = Self.target()
        _ = late.take(Self.answer(rows: 3), Self.abilities, at: Self.now)
        #expect(late.take(Self.answer(rows: 3, results: Self.id), Self.abilities, at: Self.now) == .targetLook)
    }

    @Test(
        "Nothing found is nothing held",
        arguments: [(TaskAnswer.Outcome.alreadyAbsent, Int?.none), (.done, 0), (.alreadyAbsent, 0)]
    )
    func nothing(_ outcome: TaskAnswer.Outcome, _ rows: Int?) {
        var target = Self.target()
        #expect(target.take(Self.answer(outcome, rows: rows), Self.abilities, at: Self.now) == nil)
        #expect(target.state == .verified && target.findings.reason == nil)
    }

    @Test("G10: a person who says for an app that it is done has handed it over by another way", arguments: [3, nil])
    func person(_ rows: Int?) {
        var target = Self.target(.stuck)
        #expect(target.take(Self.answer(.done, .person, rows: rows), Self.abilities, at: Self.now) == nil)
        #expect(target.state == .verified && target.findings.reason == Target.byPerson)
    }

    @Test("G10: files that a person hands in are all that there is of the system, whoever was to collect it")
    func handedIn() throws {
        let piece = CopiedPiece(HandedIn.dataset, ordinal: 0, object: "o", rows: 0, bytes: 9, isFile: true)
        for way in [Target.Way.person, .connector] {
            var target = Self.target(way == .person ? .pending : .stuck)
            target.way = way
            let before = target.key
            // What an app has is being fetched at the moment.
            target.effect = UUID()
            target.findings.pieces = [CopiedPiece("rows", ordinal: 0, object: "old", rows: 3, bytes: 30)]
            let files = HandedIn(key: Self.id, pieces: [piece])
            let answer = TaskAnswer(.person, .done, at: Self.now, rows: 3, files: files)
            #expect(target.take(.answered(answer), Self.abilities, at: Self.now) == nil)
            #expect(target.state == .verified && target.isCopied && target.findings.reason == nil)
            #expect(target.findings.pieces == [piece] && target.key == Self.id && before != Self.id)
            #expect(target.effect == nil)
            // It is kept with the part, and read back.
            #expect(TargetFindings(reading: target.findings.text).pieces == [piece])
        }
    }

    @Test("A list of pieces reads back as it was written, and anything else as none")
    func pieces() {
        let list = [
            CopiedPiece("files", ordinal: 0, object: "a/b", rows: 0, bytes: 1, isFile: true),
            CopiedPiece("t", ordinal: 1, object: "a/c", rows: 2, bytes: 3),
        ]
        #expect(CopiedPiece.list(reading: CopiedPiece.text(of: list)) == list)
        #expect(CopiedPiece.list(reading: "[]") == [])
        for text in ["", "{}", "[1]", #"[{"dataset":"t"}]"#] {
            #expect(CopiedPiece.list(reading: text) == nil, "\(text)")
        }
    }

    @Test("An app that answers again while it is being fetched is fetched from again, under its last word")
    func again() {
        var target = Self.target()
        let other = UUID()
        _ = target.take(Self.answer(results: Self.id), Self.abilities, at: Self.now)
        #expect(target.take(Self.answer(results: other), Self.abilities, at: Self.now) == .targetLook)
        #expect(target.findings.answer == other)
    }

    @Test("What could not be fetched is stuck with its reason", arguments: [Target.EffectEnd.Kind.refused, .failed])
    func failed(_ end: Target.EffectEnd.Kind) {
        var target = Self.target()
        _ = target.take(Self.answer(results: Self.id), Self.abilities, at: Self.now)
        _ = target.take(.ended(.targetLook, .init(end, cause: "results_gone")), Self.abilities, at: Self.now)
        #expect(target.state == .stuck && target.cause == "results_gone")
    }

    @Test("Of what is handed over nobody asks afterwards whether it is gone")
    func noLook() {
        var app = AppDescription(publicKey: "{}")
        app.canLook = true
        let connector = ConnectorDescription.amqp(app)
        #expect(connector.canLook(after: .erase) && !connector.canLook(after: .collect))
    }
}
