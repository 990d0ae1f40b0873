import Foundation
import Testing

@testable import Rights

/// The committed table of states is the one that the machine has, so that every change of it is seen in review.
@Suite("The table of states")
struct StateTableTests {
    static let begin = "<!-- begin of the table -->"
    static let end = "<!-- end of the table -->"
    static let article = "Sources/Domain/Rights/Rights.docc/States.md"
    static let rewrite = "rewrite it with HABEAS_REWRITE=1 swift test --filter StateTableTests"

    @Test("has a row for every lane, state and event, for complaints, lifted restrictions and linked cases")
    func complete() {
        let rows = Self.rows(StateTable.markdown)
        #expect(rows.count == ((Lane.allCases.count + 1) * CaseEvent.all.count + 3) * CaseState.allCases.count)
        for lane in Lane.allCases { #expect(StateTable.markdown.contains("## Lane `\(lane.rawValue)`")) }
        #expect(rows.allSatisfy { $0.count { $0 == "|" } == 6 }, "five cells each")
    }

    @Test("would be the same for every other right but for the worker, and for a restriction that is lifted")
    func rights() {
        for state in CaseState.allCases {
            // What an authority demands asks for no right.
            for lane in Lane.allCases where lane != .disclosure {
                for event in CaseEvent.all {
                    let printed = Self.verdict(state, lane, .erasure, event)
                    for right in Right.allCases where right != .restriction || event != .restrictionLifted {
                        let other = Self.verdict(state, lane, right, event)
                        #expect(other == printed, "\(right) \(state) \(lane) \(event)")
                    }
                }
            }
        }
    }

    /// The verdict, with the worker of the right in place of which worker that is.
    private static func verdict(
        _ state: CaseState,
        _ lane: Lane,
        _ right: Right,
        _ event: CaseEvent
    ) -> CaseMachine.Verdict {
        let verdict = CaseMachine(state: state, lane: lane, right: right).verdict(on: event)
        guard case .apply(let transition) = verdict else { return verdict }
        let worker = WorkQueue.fulfilling(right)
        return .apply(
            CaseMachine.Transition(
                state: transition.state,
                fact: transition.fact,
                actions: transition.actions.map { $0 == .wake(worker) ? .wake(.erasure) : $0 }
            )
        )
    }

    @Test("is committed in the article States as the machine has it")
    func committed() throws {
        let root = URL(filePath: "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/"))
        let file = root.appending(path: Self.article)
        let text = try String(contentsOf: file, encoding: .utf8)
        let afterBegin = try #require(text.range(of: Self.begin), "\(Self.article) lacks \(Self.begin)").upperBound
        let beforeEnd = try #require(text.range(of: Self.end), "\(Self.article) lacks \(Self.end)").lowerBound
        try #require(afterBegin < beforeEnd)
        if ProcessInfo.processInfo.environment["HABEAS_REWRITE"] == "1" {
            let rewritten = text[..<afterBegin] + "\n" + StateTable.markdown + "\n" + text[beforeEnd...]
            return try String(rewritten).write(to: file, atomically: true, encoding: .utf8)
        }
        let committed = text[afterBegin..<beforeEnd].trimmingCharacters(in: .whitespacesAndNewlines)
        let wanted = StateTable.markdown.trimmingCharacters(in: .whitespacesAndNewlines)
        guard committed != wanted else { return }
        Issue.record(
            "\(Self.article) is not what the machine does; \(Self.rewrite)\n\(Self.difference(committed, wanted))"
        )
    }

    /// The rows that differ, under their headings.
    private static func difference(_ committed: String, _ wanted: String) -> String {
        func lines(_ text: String) -> [String] {
            var heading = ""
            return text.split(separator: "\n").map { line in
                if line.hasPrefix("## ") { heading = String(line.dropFirst(3)) }
                return heading + ": " + line
            }
        }
        let words = lines(wanted).difference(from: lines(committed)).map { change in
            switch change {
            case .remove(_, let line, _): "- " + line
            case .insert(_, let line, _): "+ " + line
            }
        }
        return words.isEmpty ? "only blank lines differ" : words.prefix(60).joined(separator: "\n")
    }

    private static func rows(_ markdown: String) -> [String] {
        markdown.split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("| ") && !$0.hasPrefix("| state |") }
    }
}
