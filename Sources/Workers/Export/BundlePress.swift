import Archive
import Crypto
import Fleet
import FoundationEssentials
import Glibc
import Ledger
import Threads

/// Puts bundles together, one after another, on a thread of its own: minutes of reading, compressing and encrypting would hold up
/// whatever shares a thread with them.
actor BundlePress {
    struct Made: Sendable {
        let bytes: Int
        /// Of the zip.
        let sha256: [UInt8]
        let rows: Int
    }

    private nonisolated let loop = ThreadLoop(name: "bundles")

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    deinit { loop.stop() }

    nonisolated func stop() { loop.stop() }

    /// Writes the bundle, encrypted, to a file of its own. Ends early where the task is cancelled.
    ///
    /// - Parameters:
    ///   - path: an empty file.
    ///   - name: under which it is to lie in the store.
    func make(
        _ contents: BundleContents,
        _ signing: KeyRing.SigningKey,
        path: String,
        key: SymmetricKey,
        name: String
    ) throws -> Made {
        let file = try SealedFileWriter(path, key: key, name: name, hashing: true)
        let zip = try ZipWriter { try file.write($0) }
        let writer = BundleWriter(zip, signer: signing, contents.description) { Task.isCancelled }
        let summary = try writer.run(contents)
        let (bytes, sha256) = try file.finish()
        return Made(bytes: bytes, sha256: sha256, rows: summary.rows)
    }

    /// Removes what is left of one that was not finished.
    nonisolated static func remove(_ path: String) { unlink(path) }
}
