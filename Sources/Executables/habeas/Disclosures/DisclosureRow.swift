import FoundationEssentials
import Ledger
import Postgres
import Rights

/// One line of the register: whose authority demands what by what law, who approved it, who was told and who got it. No person but
/// the logins of those who acted.
struct DisclosureRow {
    /// Where a demand stands, as the register says it.
    enum Standing: String, ClosedList {
        case needsApproval = "needs_approval"
        case clientTerm = "client_term"
        case collecting, ready
        case handedOver = "handed_over"
        case refused, withdrawn
    }

    let record: DisclosureRecord
    let standing: Standing
    let approvers: [String]
    let objectionsUntil: Date?
    let export: UUID?
    let isOverdue: Bool

    /// - Parameter condition: over `d`, the register, and `c`, its case.
    static func reading(where condition: SQL, limit: Int) -> SQL {
        """
        SELECT \(DisclosureRecord.columns), c.state, x.id AS export_id, x.state AS export_state, t.due_at AS objections_until,
               ARRAY(SELECT a.actor::text FROM habeas.review r JOIN habeas.review_approval a ON a.review_id = r.id
                      WHERE r.case_id = d.case_id AND r.kind = \(ReviewKind.disclosure.rawValue) ORDER BY a.at, a.actor) AS approvers,
               d.due_at < coalesce(d.handed_over_at, habeas.domain_now()) AS overdue
          FROM habeas.disclosure d JOIN habeas.case_file c ON c.id = d.case_id
          LEFT JOIN habeas.export x ON x.case_id = d.case_id AND x.state <> 'expired'
          LEFT JOIN habeas.deadline t ON t.subject_id = d.case_id AND t.clock = \(ClockRule.Clock.clientTerm.rawValue)
         WHERE \(condition) ORDER BY d.case_id LIMIT \(limit)
        """
    }

    init(row: Row) throws {
        record = try DisclosureRecord(row: row)
        approvers = try row.decode("approvers", as: [String].self)
        objectionsUntil = try row.decode("objections_until", as: Date?.self)
        export = try row.decode("export_id", as: UUID?.self)
        isOverdue = try row.decode("overdue", as: Bool.self)
        let state: CaseState = try Stored.word(try row.decode("state", as: String.self), "case_file.state")
        let isReady = try row.decode("export_state", as: String?.self) == ExportRecord.State.ready.rawValue
        switch state {
        case .received: standing = .needsApproval
        case .referred: standing = .clientTerm
        case .handedOver: standing = .handedOver
        case .refused: standing = .refused
        case .withdrawn: standing = .withdrawn
        default: standing = isReady ? .ready : .collecting
        }
    }

    /// The states of cases that stand so; of what is collected both ways.
    static func states(_ standing: Standing) -> CaseState {
        switch standing {
        case .needsApproval: .received
        case .clientTerm: .referred
        case .collecting, .ready: .inProgress
        case .handedOver: .handedOver
        case .refused: .refused
        case .withdrawn: .withdrawn
        }
    }

    var json: JSONValue {
        let demand = record.demand
        return [
            "disclosure": JSONValue(record.demandID), "request": JSONValue(record.caseID),
            "client": .string(record.clientID), "state": .string(standing.rawValue),
            "authority": .string(demand.authority), "country": .string(demand.country),
            "kind": .string(demand.kind.rawValue), "law": .string(demand.law), "article": .string(demand.article),
            "reference": .string(demand.reference), "reviewer": .string(demand.reviewer),
            "delivery": .string(demand.delivery), "relationship": .string(demand.relationship.rawValue),
            "systems": JSONValue(demand.scope.systems), "categories": JSONValue(demand.scope.categories),
            "received_at": JSONValue(demand.demandedAt), "due_at": JSONValue(demand.dueAt),
            "overdue": .bool(isOverdue),
            "opened_at": JSONValue(record.openedAt), "opened_by": .string(record.openedBy),
            "approved_by": JSONValue(approvers), "client_term": .string(demand.term.description),
            "prohibition": JSONValue(demand.prohibition?.reason),
            "prohibited_until": JSONValue(demand.prohibition?.until),
            "prohibition_ended_at": JSONValue(record.prohibitionEndedAt), "told_at": JSONValue(record.toldAt),
            "objections_until": JSONValue(objectionsUntil), "export": JSONValue(export),
            "handed_over_at": JSONValue(record.handedOver?.at), "handed_over_by": JSONValue(record.handedOver?.by),
            "handed_over_to": JSONValue(record.handedOver?.to),
        ]
    }

    static var table: TextTable {
        TextTable(
            "DISCLOSURE",
            "REQUEST",
            "CLIENT",
            "AUTHORITY",
            "LAW",
            "STATE",
            "DUE",
            "APPROVED BY",
            "CLIENT TOLD",
            "HANDED OVER",
            empty: "no disclosures"
        )
    }

    func add(to table: inout TextTable) {
        table.add(
            record.demandID.text,
            record.caseID.text,
            record.clientID,
            "\(record.demand.authority) (\(record.demand.country))",
            record.demand.basis,
            standing.rawValue,
            record.demand.dueAt.short,
            approvers.isEmpty ? nil : approvers.joined(separator: ", "),
            record.toldAt?.short ?? record.demand.prohibition.map { _ in "prohibited" },
            record.handedOver?.at.short
        )
    }

    var sheet: Sheet {
        let demand = record.demand
        return Sheet([
            ("disclosure", record.demandID.text), ("request", record.caseID.text), ("client", record.clientID),
            ("state", standing.rawValue),
            ("authority", "\(demand.authority) (\(demand.country)), \(demand.kind.rawValue)"),
            ("law", demand.basis), ("reference", demand.reference), ("reviewer", demand.reviewer),
            ("delivery", demand.delivery), ("systems", demand.scope.systems.joined(separator: ", ")),
            ("categories", demand.scope.categories.joined(separator: ", ")), ("received", demand.demandedAt.short),
            ("due", demand.dueAt.short + (isOverdue ? ", overdue" : "")),
            ("opened", "\(record.openedAt.short) by \(record.openedBy)"),
            ("approved by", approvers.joined(separator: ", ")), ("client's term", demand.term.words),
            (
                "prohibition",
                demand.prohibition.map { "\($0.reason)\($0.until.map { ", until \($0.short)" } ?? "")" }
            ), ("prohibition ended", record.prohibitionEndedAt?.short), ("client told", record.toldAt?.short),
            ("objections until", objectionsUntil?.short), ("export", export?.text),
            ("handed over", record.handedOver.map { "\($0.at.short) by \($0.by) to \($0.to)" }),
        ])
    }
}
