import FoundationEssentials
import Ledger
import Postgres
import Rights

/// A request about several people: how many cases it opened and where each stands.
struct GroupSheet {
    private struct Child {
        let id: UUID
        let subjectIndex: Int
        let state: String
        let stateSince: Date
    }

    private let group: CaseGroupRecord
    private let children: [Child]

    /// Nil where the id is no group's.
    static func load(_ id: UUID, on connection: PostgresConnection) async throws -> GroupSheet? {
        let results = try await connection.pipeline([
            CaseGroupRecord.reading([id]),
            "SELECT id, subject_index, state, state_since FROM habeas.case_file WHERE group_id = \(id) ORDER BY subject_index",
        ])
        guard let row = results[0].first else { return nil }
        let children = try results[1].decode(UUID.self, Int.self, String.self, Date.self).map(Child.init)
        return GroupSheet(group: try CaseGroupRecord(row: row), children: children)
    }

    var json: JSONValue {
        [
            "group": JSONValue(group.id), "client": JSONValue(group.clientID),
            "publisher": .string(group.publisherID), "request_ref": JSONValue(group.requestRef),
            "reference": JSONValue(group.reference), "received_at": JSONValue(group.receivedAt),
            "cases": .integer(group.cases), "completed_at": JSONValue(group.completedAt),
            "endings": .array(
                group.inOrder.map { ["state": .string($0.state.rawValue), "cases": .integer($0.cases)] }
            ),
            "children": .array(
                children.map {
                    [
                        "id": JSONValue($0.id), "subject_index": .integer($0.subjectIndex), "state": .string($0.state),
                        "state_since": JSONValue($0.stateSince),
                    ]
                }
            ),
        ]
    }

    func print() {
        let ended = group.inOrder.map { "\($0.cases) \($0.state.rawValue)" }.joined(separator: ", ")
        StandardOutput.write(
            Sheet([
                ("group", group.id.text), ("cases", String(group.cases)), ("ended", ended.isEmpty ? "none" : ended),
                ("completed", group.completedAt?.short ?? "not yet"), ("client", group.clientID ?? "not known yet"),
                ("from", group.publisherID + (group.requestRef.map { "/\($0)" } ?? "")),
                ("reference", group.reference), ("received", group.receivedAt.short),
            ])
        )
        var table = TextTable("SUBJECT", "REQUEST", "STATE", "SINCE", empty: "no cases")
        for child in children {
            table.add(String(child.subjectIndex + 1), child.id.text, child.state, child.stateSince.short)
        }
        StandardOutput.write("")
        StandardOutput.write(table)
    }
}
