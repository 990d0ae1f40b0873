import Ledger
import Rights

extension BreachReason {
    var json: JSONValue {
        [
            "about": .string(about), "reason": .string(reason), "clients": JSONValue(clients),
            "given_at": JSONValue(givenAt), "given_by": .string(givenBy),
        ]
    }

    var line: String {
        let what =
            switch Matter(rawValue: about) {
            case .lateNotice: "told late (\(clients.count) clients)"
            case .lateAuthority: "decided late"
            case .nobodyTold: "nobody told"
            case .peopleUnreached: "people not reached"
            case nil: about
            }
        return "\(what), said \(givenBy) at \(givenAt.short): \(TextTable.printable(reason))"
    }
}
