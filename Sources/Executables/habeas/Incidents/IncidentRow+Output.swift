import FoundationEssentials
import Ledger

extension IncidentRow {
    var json: [(String, JSONValue)] {
        [
            ("incident", JSONValue(id)), ("publisher", .string(publisher)), ("incident_ref", .string(reference)),
            ("state", .string(state)), ("risk", .string(risk)), ("phase", .integer(phase)),
            ("discovered_at", JSONValue(discoveredAt)), ("aware_at", JSONValue(awareAt)),
            ("received_at", JSONValue(receivedAt)),
            ("worked_out", JSONValue(isSpread)), ("clients", .integer(clients)), ("told", .integer(told)),
            ("acknowledged", .integer(acknowledged)), ("waiting_for_person", .integer(waiting)),
            ("waiting_for_approval", .integer(unapproved)),
        ]
    }

    static var table: TextTable {
        TextTable(
            "INCIDENT",
            "BY",
            "STATE",
            "RISK",
            "PHASE",
            "AWARE",
            "CLIENTS",
            "TOLD",
            "READ",
            "PERSON",
            "ID",
            empty: "no incidents"
        )
    }

    func add(to table: inout TextTable) {
        table.add(
            reference,
            publisher,
            state,
            risk,
            "\(phase)",
            awareAt.short,
            unapproved > 0 ? "\(clients), \(unapproved) to approve" : isSpread ? "\(clients)" : "\(clients)…",
            "\(told)",
            "\(acknowledged)",
            "\(waiting)",
            id.text
        )
    }
}
