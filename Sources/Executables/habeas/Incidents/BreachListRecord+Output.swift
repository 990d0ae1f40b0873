import FoundationEssentials
import Ledger

extension BreachListRecord {
    var json: JSONValue {
        [
            "list": .string(digest), "number": .integer(number), "clients": .integer(clients),
            "excluded": .integer(excluded), "made_at": JSONValue(madeAt), "approved_at": JSONValue(approvedAt),
            "approved_by": JSONValue(approvedBy), "reason": JSONValue(reason),
        ]
    }

    /// Nil for one that nobody has approved.
    var line: String? {
        guard let at = approvedAt, let by = approvedBy, let reason else { return nil }
        let whom = "list \(number) of \(clients) clients, \(excluded) taken off"
        return "\(whom), was approved by \(by) at \(at.short): \(TextTable.printable(reason))"
    }
}
