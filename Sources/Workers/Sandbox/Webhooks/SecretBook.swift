import FoundationEssentials
import Outbound
import Synchronization

/// The webhook secrets, as they stand in their files: those named for a peer, else those of its file in the folder, else those
/// of the folder's `default.whsec`.
///
/// A file holds one `whsec_…` or, while a secret rotates, several with white space between. Files are read again after a
/// second, so a secret can be changed, and a peer's file come, while the sandbox runs.
final class SecretBook: Sendable {
    private struct Known {
        let secrets: [WebhookSecret]?
        let readAt: Int
    }

    private let files: [String: [String]]
    private let folder: String?
    private let known = Mutex<[PeerName: Known]>([:])

    /// - Parameters:
    ///   - references: `NAME=file:PATH` each.
    ///   - folder: with the files `NAME.whsec`.
    init(references: [String], folder: String?) throws(SandboxError) {
        var files: [String: [String]] = [:]
        for reference in references {
            let parts = reference.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let name = PeerName(parts[0]), parts[1].hasPrefix("file:") else {
                throw SandboxError("--secret: is not NAME=file:PATH; write the secret into a file and name that")
            }
            let path = String(parts[1].dropFirst("file:".count))
            guard let secrets = Self.read(path), !secrets.isEmpty else {
                throw SandboxError(
                    "--secret \(name): \(path) holds no webhook secret; write `whsec_` and base64 into it"
                )
            }
            files[name.text, default: []].append(path)
        }
        if let folder {
            var isFolder = false
            guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder else {
                throw SandboxError("--secrets-folder: \(folder) is not a folder; make it")
            }
        }
        self.files = files
        self.folder = folder
    }

    /// - Returns: nil when none is known; an empty list when a file holds none that can be used.
    func secrets(of name: PeerName) -> [WebhookSecret]? {
        let now = Moment.now()
        if let known = known.withLock({ $0[name] }), now - known.readAt < 1_000_000 { return known.secrets }
        let secrets = read(name)
        known.withLock { $0[name] = Known(secrets: secrets, readAt: now) }
        return secrets
    }

    private func read(_ name: PeerName) -> [WebhookSecret]? {
        if let paths = files[name.text] { return paths.flatMap { Self.read($0) ?? [] } }
        guard let folder else { return nil }
        return Self.read("\(folder)/\(name).whsec") ?? Self.read("\(folder)/default.whsec")
    }

    /// - Returns: nil when there is no such file.
    private static func read(_ path: String) -> [WebhookSecret]? {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return nil }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            .compactMap { try? WebhookSecret(String($0)) }
    }
}
