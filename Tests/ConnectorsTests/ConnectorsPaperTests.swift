import Fleet
import Foundation
import Ledger
import Rights
import Testing

@Suite("The paper on connectors, beside that of http")
struct ConnectorsPaperTests {
    private let paper: String

    init() throws { paper = try HTTPPapers.read("connectors.md") }

    /// What stands in the first column of the table below a heading, up to the next heading.
    private func names(below heading: String) throws -> [String] {
        let start = try #require(paper.range(of: "\n\(heading)\n"), "\(heading)")
        let rest = paper[start.upperBound...]
        let section = rest[..<(rest.range(of: "\n##")?.lowerBound ?? rest.endIndex)]
        return section.split(separator: "\n").compactMap { line in
            line.firstMatch(of: /^\| `([^`]+)` \|/).map { String($0.output.1) }
        }
    }

    /// The keys that a reader takes: one that it does not know is refused with all that it does.
    private static func keys(refusing connector: String) throws -> [String] {
        let lines = connector.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        let fault = try #require(throws: PolicyFault.self) {
            try SystemFile.system("id: peer\nkind: own\nconnector:\n\(lines)\n", path: "peer.yaml")
        }
        #expect(fault.fault == "is not a key", "\(fault)")
        #expect(fault.remedy.hasPrefix("use "))
        return fault.remedy.dropFirst("use ".count).components(separatedBy: ", ")
    }

    private static func table(_ keys: String) -> String { "kind: postgres\nurl: env:A\ntables: [{\(keys)}]" }

    private static func login(_ kind: String) -> String {
        "kind: opendsr\nurl: https://a.example/v2\nauth: {kind: \(kind), nope: 1}"
    }

    @Test(
        "Each table has every key that is read, once, and no other",
        arguments: [
            ("## postgres", ["kind: postgres\nnope: 1"]),
            ("### Tables", [table("nope: 1")]),
            ("### match", [table("name: a, key: id, match: {email: {nope: 1}}")]),
            ("### via", [table("name: a, key: id, via: {nope: 1}")]),
            ("### remove_from", [table("name: a, key: id, remove_from: {people: {nope: 1}}")]),
            ("## opendsr", ["kind: opendsr\nnope: 1"]),
            ("### Credentials", [login("none"), login("basic"), login("bearer"), login("header")]),
            ("## amqp", ["kind: amqp\nnope: 1"]),
            ("## email", ["kind: email\nnope: 1"]),
            ("## manual", ["kind: manual\nnope: 1"]), ("## tus", ["kind: tus\nnope: 1"]),
        ]
    )
    func keys(heading: String, refused: [String]) throws {
        var known: Set<String> = []
        for connector in refused { known.formUnion(try Self.keys(refusing: connector)) }
        let named = try names(below: heading)
        #expect(Set(named) == known, "\(heading)")
        #expect(Set(named).count == named.count, "\(heading)")
    }

    @Test("What becomes of a column, the types of identity, scopes, formats and operations are all named")
    func words() throws {
        #expect(try names(below: "### erase") == PostgresDescription.ColumnAction.words)
        let words =
            IdentityType.words + Suppressions.Scope.words + OpenDSRDescription.Format.words + TargetOperation.words
        for word in words { #expect(paper.contains("`\(word)`"), "\(word)") }
    }

    @Test(
        "The members of a task and of its answers are those of the published schemas",
        arguments: [
            ("### The task", "task.requested"), ("### task.completed", "task.completed"),
            ("### task.failed", "task.failed"),
        ]
    )
    func members(heading: String, name: String) throws {
        let text = try HTTPPapers.read("schemas/\(name).json")
        let schema = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let event = try #require(schema["properties"] as? [String: Any])
        let data = try #require(event["data"] as? [String: Any])
        let members = try #require(data["properties"] as? [String: Any])
        let outcomes = name == "task.completed" ? Set(TaskOutcome.words) : []
        let named = Set(try names(below: heading))
        #expect(named == outcomes.union(members.keys), "\(heading)")
    }

    @Test("Every example is an entry that can be applied, one for each connector")
    func examples() throws {
        var kinds: [String] = []
        for block in paper.components(separatedBy: "```yaml\n").dropFirst() {
            let example = try #require(block.components(separatedBy: "```").first)
            kinds.append(try SystemFile.system(example, path: "connectors.md").connector.name)
        }
        #expect(kinds == ["http", "postgres", "opendsr", "amqp", "email", "manual", "tus"])
    }
}
