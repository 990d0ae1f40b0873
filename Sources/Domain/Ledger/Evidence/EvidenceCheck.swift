import FoundationEssentials

/// Walks the rows of one chain in order and says whether it holds.
package struct EvidenceCheck: Sendable {
    package enum Fault: Sendable, Equatable, CustomStringConvertible {
        case gap(expected: Int, found: Int)
        case broken(sequence: Int)
        case altered(sequence: Int)
        case headDiffers(sequence: Int)

        package var description: String {
            switch self {
            case .gap(let expected, let found): "row \(expected) is missing; the next one found is \(found)"
            case .broken(let sequence): "row \(sequence) does not follow the row before it"
            case .altered(let sequence): "row \(sequence) was altered: its content does not give its hash"
            case .headDiffers(let sequence):
                "the chain ends at row \(sequence), its subject's row names another end: rows are missing or were added"
            }
        }
    }

    package private(set) var sequence = 0
    package private(set) var fault: Fault?
    private var head = [UInt8](repeating: 0, count: 32)

    package init() {}

    /// The first fault stays; later rows are not looked at any more.
    package mutating func follow(_ row: EvidenceRow) {
        guard fault == nil else { return }
        if row.sequence != sequence + 1 {
            fault = .gap(expected: sequence + 1, found: row.sequence)
        } else if row.previous != head {
            fault = .broken(sequence: row.sequence)
        } else if row.expectedHash != row.hash {
            fault = .altered(sequence: row.sequence)
        }
        sequence = row.sequence
        head = row.hash
    }

    /// Ends the walk with what the subject's own row says is the chain's end.
    package mutating func end(atSequence expected: Int, head expectedHead: [UInt8]) {
        guard fault == nil else { return }
        if sequence != expected || head != expectedHead { fault = .headDiffers(sequence: sequence) }
    }
}
