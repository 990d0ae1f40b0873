package import Postgres

extension EvidenceChain {
    /// Writes the chain's end onto its subject's row, whose lock is held.
    package var moveHead: SQL {
        let end: SQL = "SET evidence_seq = \(Int32(sequence)), evidence_head = \(head)"
        return switch kind {
        case .caseFile: "UPDATE habeas.case_file \(end) WHERE id = \(id)"
        case .incident: "UPDATE habeas.incident \(end) WHERE id = \(id)"
        case .client: "UPDATE habeas.client \(end) WHERE chain_id = \(id)"
        case .parked: "UPDATE habeas.parked_message \(end) WHERE chain_id = \(id)"
        case .installation: "UPDATE habeas.installation \(end) WHERE chain_id = \(id)"
        }
    }
}
