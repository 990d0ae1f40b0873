import FoundationEssentials

/// What a sandbox is started with.
package struct SandboxSettings: Sendable {
    /// 0 takes a free one.
    package var port = 0
    /// `NAME=file:PATH` each.
    package var secrets: [String] = []
    package var secretsFolder: String?
    /// Seconds that a webhook's timestamp may be off.
    package var tolerance = 300
    /// YAML or JSON of peers' scripts.
    package var scriptPath: String?
    /// Calls and ids kept for each peer.
    package var keptCalls = 20_000
    package var keptIDs = 200_000
    package var keepsBodies = false
    /// Bytes of a call's body.
    package var bodyLimit = 1 << 20

    package init() {}

    func scripts() throws -> [ScriptPattern: Script] {
        guard let scriptPath else { return [:] }
        guard let data = try? Data(contentsOf: URL(filePath: scriptPath)) else {
            throw SandboxError("--script: \(scriptPath) cannot be read; give a file of scripts")
        }
        return try Script.file(text: String(decoding: data, as: UTF8.self), path: scriptPath)
    }

    var limits: PeerBook.Limits {
        PeerBook.Limits(calls: keptCalls, ids: keptIDs, keepsBodies: keepsBodies)
    }
}
