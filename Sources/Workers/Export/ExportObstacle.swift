import Archive
import Fleet
import Ledger
import Rights

/// Why an export does not go on now.
enum ExportObstacle: Error {
    /// Its key is destroyed.
    case over
    /// What was collected cannot be read back as it was written.
    case pieces
}

extension AttemptVerdict {
    /// What an error of putting a bundle together, or of the store, comes to. The store is to blame for what the next bundle would
    /// meet, too; a bundle that is not whole never leaves.
    static func exporting(_ error: any Error) -> AttemptVerdict {
        switch error {
        case ExportObstacle.over: .refused("export_over")
        // Identities that the key file of this worker does not open.
        case is EventFault: .retry("identities_unreadable", blamesTarget: false)
        case ExportObstacle.pieces: .retry("pieces_unreadable", blamesTarget: false)
        case let error as StoreError: .retry("store_\(error.code.rawValue)", blamesTarget: true)
        case let error as SealedFileError where error.code == .diskFull: .retry("disk_full", blamesTarget: true)
        case let error as SealedFileError: .retry("file_\(error.code.rawValue)", blamesTarget: false)
        case let error as BundleError where error.code == .cancelled:
            .retry(AttemptVerdict.notBegun, blamesTarget: false)
        case let error as BundleError: .retry("bundle_\(error.code.rawValue)", blamesTarget: false)
        case is CancellationError: .retry(AttemptVerdict.notBegun, blamesTarget: false)
        case is ArchiveError: .retry("archive", blamesTarget: false)
        default: .retry("failed", blamesTarget: false)
        }
    }
}
