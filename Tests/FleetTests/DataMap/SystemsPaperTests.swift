import Foundation
import Rights
import Testing

@testable import Fleet

@Suite("The paper on the data map")
struct SystemsPaperTests {
    private let paper: String

    init() throws {
        paper = try String(contentsOfFile: "\(CommittedLetters.folder)/systems.md", encoding: .utf8)
    }

    /// What stands in the first column of the tables below a heading.
    private func names(below heading: String) throws -> [String] {
        let start = try #require(paper.range(of: "\n## \(heading)\n"), "\(heading)")
        let rest = paper[start.upperBound...]
        let section = rest[..<(rest.range(of: "\n## ")?.lowerBound ?? rest.endIndex)]
        return section.split(separator: "\n").compactMap { line in
            line.firstMatch(of: /^\| `([^`]+)` \|/).map { String($0.output.1) }
        }
    }

    @Test("G7: has every key of a system once, in the order of the code, and none that is no key")
    func keys() throws {
        #expect(try names(below: "Keys") == SystemFile.keys)
        #expect(try names(below: "What stays for a time") == SystemFile.keepKeys)
        #expect(try names(below: "Transfers") == TransferMechanism.Kind.words)
        for key in SystemFile.mechanismKeys + SystemFile.limitKeys { #expect(paper.contains("`\(key)`"), "\(key)") }
    }

    @Test("G8, K16, C11, C13, Y12, K13: has every flag with its row and whether it blocks new data")
    func flags() throws {
        #expect(try names(below: "Flags") == SystemFlag.words)
        for flag in SystemFlag.allCases {
            let row = "| `\(flag.rawValue)` | \(flag.isBlocking ? "blocked" : "goes on") | \(flag.obligation) |"
            #expect(paper.contains(row), "\(row)")
        }
    }

    @Test("has every kind, connector, level, operation and note")
    func words() throws {
        #expect(try names(below: "Kinds") == SystemKind.words)
        #expect(try names(below: "Connectors") == ["postgres", "opendsr", "http", "amqp", "email", "manual", "tus"])
        #expect(try names(below: "When something counts as done") == Verification.words)
        #expect(try names(below: "Plans") == FanOutPlan.Line.Note.words)
        for word in TargetOperation.words + DataSystem.forbiddenPurposes.sorted() {
            #expect(paper.contains("`\(word)`"), "\(word)")
        }
    }
}
