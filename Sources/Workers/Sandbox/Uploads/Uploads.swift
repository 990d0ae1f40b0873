import Crypto
import FoundationEssentials

/// What was uploaded to a peer: how far each upload is, and the digest of what has come. The bytes themselves are not kept.
struct Uploads: Sendable {
    struct Upload: Sendable {
        let id: String
        /// Bytes that are to come.
        let length: Int
        /// As its caller has announced it: `sha-256=:…:`.
        let announced: String?
        fileprivate(set) var offset = 0
        /// Whether it has vanished.
        fileprivate(set) var isGone = false
        private var hash = SHA256()

        fileprivate init(id: String, length: Int, announced: String?) {
            self.id = id
            self.length = length
            self.announced = announced
        }

        fileprivate mutating func add(_ bytes: ArraySlice<UInt8>) {
            hash.update(data: bytes)
            offset += bytes.count
        }

        /// SHA-256 of what has come.
        var digest: [UInt8] { Array(hash.finalize()) }

        /// Nil before its end, and where nothing was announced.
        var isAsAnnounced: Bool? {
            guard offset == length, let announced else { return nil }
            return announced == "sha-256=:\(Data(digest).base64EncodedString()):"
        }
    }

    enum Addition: Sendable, Equatable {
        case added(offset: Int)
        case unknown
        case gone
        /// Other bytes come next.
        case elsewhere
        case tooMuch
    }

    static let limit = 10_000

    private var uploads: [String: Upload] = [:]
    private var keys: [String: String] = [:]
    private var number = 0
    private var hasLost = false

    /// In the order in which they were begun.
    var all: [Upload] { (1...max(1, number)).compactMap { uploads["u\($0)"] } }

    /// Begins an upload, or finds the one that was begun under the same key; nil when there is no room.
    mutating func create(length: Int, announced: String?, key: String?) -> Upload? {
        if let known = key.flatMap({ keys[$0] }) { return uploads[known] }
        guard number < Self.limit else { return nil }
        number += 1
        let upload = Upload(id: "u\(number)", length: length, announced: announced)
        uploads[upload.id] = upload
        if let key { keys[key] = upload.id }
        return upload
    }

    func upload(_ id: String) -> Upload? { uploads[id] }

    mutating func add(_ bytes: ArraySlice<UInt8>, at offset: Int, to id: String, _ manner: Manner.Upload) -> Addition {
        guard var upload = uploads[id] else { return .unknown }
        guard !upload.isGone else { return .gone }
        guard offset == upload.offset else { return .elsewhere }
        guard bytes.count <= upload.length - offset else { return .tooMuch }
        upload.add(bytes)
        if let end = manner.goneAt, upload.offset >= end, !hasLost {
            hasLost = true
            upload.isGone = true
        }
        uploads[id] = upload
        return .added(offset: upload.offset)
    }
}
