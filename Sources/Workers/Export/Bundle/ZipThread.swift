import Archive
import Threads

/// The archive at work on a thread of its own, so that compressing overlaps with reading, writing out and hashing.
///
/// A failure of the archive is thrown by the next call. Every one ends with ``close()`` or ``abandon()``, after which the archive is the
/// caller's again.
struct ZipThread {
    static let blockSize = 256 << 10
    /// So many blocks wait at most: two megabytes.
    private static let limit = 8

    private enum Step: Sendable {
        case begin(String, time: Int64)
        case write([UInt8])
        case end
    }

    private let thread: StepThread<Step>

    init(_ zip: ZipWriter) throws(BundleError) {
        do {
            thread = try StepThread(limit: Self.limit) { step in
                switch step {
                case .begin(let name, let time): try zip.begin(name, time: time)
                case .write(let block): try block.withUnsafeBytes { try zip.write($0) }
                case .end: try zip.end()
                }
            }
        } catch {
            throw BundleError(.thread)
        }
    }

    func begin(_ name: String, time: Int64) throws { try thread.give(.begin(name, time: time)) }

    func write(_ block: [UInt8]) throws { try thread.give(.write(block)) }

    func end() throws { try thread.give(.end) }

    /// Waits until all that was given is done. Throws what failed.
    func close() throws { try thread.close() }

    /// Forgets what is not done.
    func abandon() { thread.abandon() }
}
