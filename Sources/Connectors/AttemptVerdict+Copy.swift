import Fleet
import FoundationEssentials
import Ledger

extension AttemptVerdict {
    /// What an error of our own amounts to while something is copied: of the store, of its scratch files, of where it goes on. The
    /// system has nothing to do with it.
    static func copying(_ error: any Error) -> AttemptVerdict {
        switch error {
        case let error as StoreError: .retry("store_\(error.code.rawValue)", blamesTarget: false)
        case let error as SealedFileError where error.code == .diskFull: .retry("disk_full", blamesTarget: false)
        case let error as SealedFileError: .retry("file_\(error.code.rawValue)", blamesTarget: false)
        // Its worker is ending.
        case is CancellationError: .retry(notBegun, blamesTarget: false)
        default: .retry("unexpected", blamesTarget: false)
        }
    }
}
