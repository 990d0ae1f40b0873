import Foundation
import Testing

@testable import Sandbox

/// deploy/sandbox.md against the code.
struct SandboxPaperTests {
    private let paper: String

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        paper = String(decoding: try Data(contentsOf: root.appending(path: "deploy/sandbox.md")), as: UTF8.self)
    }

    /// The text below a heading, up to the next one.
    private func section(_ heading: String) throws -> Substring {
        let start = try #require(paper.range(of: "\n## \(heading)\n"))
        let rest = paper[start.upperBound...]
        return rest[..<(rest.range(of: "\n## ")?.lowerBound ?? rest.endIndex)]
    }

    /// The first cells of its tables, where they are code.
    private func keys(_ heading: String) throws -> [String] {
        try section(heading).split(separator: "\n").compactMap { line in
            let cell = line.split(separator: "|").first.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
            guard line.hasPrefix("| `"), cell.hasSuffix("`") else { return nil }
            return cell.trimmingCharacters(in: ["`"])
        }
    }

    @Test("Every key of a script stands in the paper's tables, and no other")
    func scriptKeys() throws {
        let known = ScriptKey.allCases.map(\.rawValue)
        #expect(try keys("Scripts").sorted() == known.sorted())
    }

    @Test("Every field of a report stands in the paper's table, and no other")
    func reportFields() throws {
        let report = try JSONDecoder().decode(JSONValue.self, from: Data(try Reply.encode(PeerReport(PeerBook()))))
        guard case .object(let fields) = report else {
            Issue.record("no object")
            return
        }
        // What never happened has no field in an empty report.
        let all = Set(fields.keys).union(["first_at", "last_at", "most_in_a_second_at"])
        #expect(try Set(keys("Reports")) == all)
    }

    @Test("The paper's scripts are scripts")
    func examples() throws {
        let blocks = paper.components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "\n```").first }
        #expect(!blocks.isEmpty)
        for block in blocks { _ = try Script.file(text: block, path: "sandbox.md") }
    }
}
