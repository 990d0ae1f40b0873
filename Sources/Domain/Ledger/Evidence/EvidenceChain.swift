package import FoundationEssentials

/// The end of one subject's chain, as kept on that subject's row: whoever holds the row's lock may append.
package struct EvidenceChain: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case caseFile = "case"
        case incident
        case client
        case parked
        case installation
    }

    package let kind: Kind
    package let id: UUID
    package private(set) var sequence: Int
    package private(set) var head: [UInt8]

    /// The chain of a subject that has no fact yet.
    package init(new kind: Kind, id: UUID) {
        self.init(kind, id: id, sequence: 0, head: [UInt8](repeating: 0, count: 32))
    }

    package init(_ kind: Kind, id: UUID, sequence: Int, head: [UInt8]) {
        self.kind = kind
        self.id = id
        self.sequence = sequence
        self.head = head
    }

    /// Appends a fact and returns its row; the chain ends with it from now on.
    package mutating func append(
        _ fact: String,
        at: Date,
        actor: String,
        clientID: String?,
        body: String
    ) -> EvidenceRow {
        let row = EvidenceRow(chain: self, clientID: clientID, at: at, fact: fact, actor: actor, body: body)
        sequence = row.sequence
        head = row.hash
        return row
    }
}
