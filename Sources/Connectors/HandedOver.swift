import FoundationEssentials
import Ledger
import Rights

/// What an own app has handed over with its answer to a task. Whose it is and where it lies is in it: it is never printed.
package struct HandedOver: Sendable, Redacting {
    package enum Place: Sendable {
        case address(String)
        /// The JSON text itself, opened.
        case text([UInt8])
    }

    package let place: Place
    /// How many records there are, where the app says so.
    package let rows: Int?

    package init(_ place: Place, rows: Int?) {
        self.place = place
        self.rows = rows
    }

    /// Nil where the words hand nothing over.
    ///
    /// - Parameter words: of the answer, as they are kept.
    /// - Throws: where what lay sealed in them does not open: with the key that it was sealed for it does.
    init?(_ words: [UInt8], _ ring: KeyRing, _ now: Date) throws {
        guard case .success(let event) = EventParser.parse(words, context: MessageContext(), now: now),
            case .taskCompleted(let answer) = event.payload, let results = answer.results
        else { return nil }
        let isAddress = results.prefix(4).lowercased() == "http"
        self.init(isAddress ? .address(results) : .text(try ring.opened(results)), rows: answer.rows)
    }
}
