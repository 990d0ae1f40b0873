import Ledger
import Rights

/// What an own app hands over within its answer, sealed for this installation. It is opened once when it comes, so that whoever has
/// sealed it wrongly hears of it at once, and kept as it came.
enum SealedResults {
    /// What is wrong with them; nil where nothing is, and where nothing is handed over like that.
    static func problem(_ answer: TaskCompleted, _ ring: KeyRing) -> (fault: FaultCode, remedy: String)? {
        guard let text = answer.results, answer.outcome == .done, !text.lowercased().hasPrefix("http") else {
            return nil
        }
        let opened: [UInt8]
        do throws(SealedTextError) {
            opened = try ring.opened(text)
        } catch {
            return (.notOpened, error.remedy)
        }
        let (document, fault) = JSONScanner.scan(opened, maximumDepth: JSONDocument.maximumDepth)
        guard fault == nil else { return (.notJSON, "Seal one JSON text, or name an https address where a file is.") }
        guard document.saysNothing, answer.rows != 0 else { return nil }
        return (.empty, "Seal what was found, or say already_absent where nothing was.")
    }
}
