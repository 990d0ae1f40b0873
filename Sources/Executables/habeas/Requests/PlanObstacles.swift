import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What comes before a plan is begun, for people.
struct PlanObstacles {
    let sentences: [String]

    /// Open requests for a copy of the same person, legal holds, an agreed end of a client's data.
    static func reading(_ id: UUID) -> [SQL] {
        [
            """
            SELECT DISTINCT c.id FROM habeas.case_identity mine
              JOIN habeas.case_identity other ON other.lookup = mine.lookup AND other.case_id <> mine.case_id
              JOIN habeas.case_file c ON c.id = other.case_id
             WHERE mine.case_id = \(id) AND c.right_asked IN ('access', 'portability') AND c.linked_to IS NULL
               AND c.state = ANY(\(CaseState.allCases.filter(\.isUnanswered).map(\.rawValue))::text[])
             ORDER BY c.id
            """,
            "SELECT habeas.is_held(id, client_id) FROM habeas.case_file WHERE id = \(id)",
            """
            SELECT k.retain_until FROM habeas.case_file c JOIN habeas.client k ON k.id = c.client_id
             WHERE c.id = \(id) AND c.kind = 'end_of_contract' AND k.retain_until > habeas.domain_now()
            """,
        ]
    }

    init(_ record: CaseFileRecord, _ rows: [Rows], _ facts: FanOutPlan.Facts?) throws {
        var sentences = Self.sentences(record)
        if facts?.operation.destroys == true {
            sentences += try rows[0].decode(as: UUID.self).map { "the copy that request \($0.text) asks for" }
            if try rows[1].only.decode(Bool.self) { sentences.append("the end of a legal hold (K18)") }
            sentences += try rows[2].decode(as: Date.self).map { "\($0.short), as was agreed with the client (K8)" }
        }
        self.sentences = sentences
    }

    private static func sentences(_ record: CaseFileRecord) -> [String] {
        if let other = record.linkedTo { return ["nothing: request \(other.text) answers both"] }
        switch record.state {
        case .received: return ["what `habeas requests show` says it waits for"]
        case .needsClient: return ["the client's name"]
        case .needsIdentity: return ["the person's identification"]
        case .needsFee: return ["the fee"]
        case .referred: return [record.kind == .disclosure ? "the client's time to object" : "the client's decision"]
        case .inProgress, .onHold: return []
        case .fulfilled, .partlyFulfilled, .refused, .handedOver, .withdrawn, .lapsed:
            return ["nothing: the request is over"]
        }
    }
}
