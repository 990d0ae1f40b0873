import Fleet
import Outbound
import Rights
import Synchronization

/// What a system has put together about a person: one file, in whatever form. It is taken as it is and not read.
struct ResultsFile: Sendable {
    /// Bytes; more are refused.
    static let limit = 1 << 30
    /// For the whole file, and for silence.
    static let time: Duration = .seconds(900)
    static let stall: Duration = .seconds(60)
    static let dataset = "results"

    let url: String
    let desk: CopyDesk

    /// The file as a piece; nil where it is empty.
    ///
    /// It has a time of its own, beside that of any conversation.
    ///
    /// - Parameter prepare: adds what the place of the file asks for.
    /// - Throws: ``ReplyObstacle`` for what the place of the file answers; `OutboundError`, and what the store says.
    func fetch(
        over http: HTTPClient,
        allowing permissions: Permissions,
        prepare: (WebAddress, inout HTTPCall) throws -> Void = { _, _ in }
    ) async throws -> CopiedPiece? {
        // A query may be longer than what an address is otherwise: a signature is in it.
        guard let place = WebAddress(String(url.prefix { $0 != "?" && $0 != "#" })), place.user == nil,
            place.password == nil
        else { throw OutboundError(.url) }
        var call = HTTPCall("GET", url, allowing: permissions, timeout: Self.time, bodyLimit: Self.limit)
        call.stallLimit = Self.stall
        try prepare(place, &call)
        let name = Self.name(url)
        let file = File()
        // One that is not whole goes at once, whoever still holds the call.
        defer { _ = file.taken() }
        let download: HTTPDownload
        do {
            download = try await http.download(call) { [desk] head, block in
                try file.add(block) {
                    try desk.file(Self.dataset, ordinal: 0, name: name, mediaType: Self.mediaType(head))
                }
            }
        } catch let error as OutboundError {
            switch error.code {
            case .incomplete: throw ReplyObstacle(.retry("results_short", blamesTarget: true))
            case .tooLarge: throw ReplyObstacle(.refused("results_too_large"))
            default: throw error
            }
        }
        switch download.reply.status {
        case 200..<300: return try await file.taken()?.finish()
        // It was there for a time: the same request will not bring it back.
        case 410: throw ReplyObstacle(.refused("results_gone", status: 410))
        default: throw ReplyObstacle(download.reply)
        }
    }

    /// A piece that begins with the first block, whose reply says what it is.
    private final class File: Sendable {
        private let piece = Mutex<CopyPiece?>(nil)

        func add(_ block: UnsafeRawBufferPointer, begin: () throws -> sending CopyPiece) throws {
            guard !block.isEmpty else { return }
            try piece.withLock { piece in
                if piece == nil { piece = try begin() }
                try piece?.add(Array(block))
            }
        }

        func taken() -> sending CopyPiece? { piece.withLock { $0.take() } }
    }

    // MARK: What it is called

    /// What stands last in the path, where that can be the name of a file and nothing else.
    static func name(_ url: String) -> String {
        let path = url.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = path.firstRange(of: "://"), let slash = path[scheme.upperBound...].lastIndex(of: "/") else {
            return dataset
        }
        let last = path[path.index(after: slash)...]
        return last.wholeMatch(of: /[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}/) == nil ? dataset : String(last)
    }

    /// As the reply says; nothing in particular where it says nothing that could be one.
    static func mediaType(_ head: HTTPReply) -> String {
        let text = head.header("content-type") ?? ""
        let form = /([A-Za-z0-9!#$&^_.+-]{1,60}\/[A-Za-z0-9!#$&^_.+-]{1,80})\s*(?:;|$)/
        guard let type = text.prefixMatch(of: form) else {
            return "application/octet-stream"
        }
        let charset = text.firstMatch(of: /;\s*charset="?([A-Za-z0-9_-]{1,40})"?\s*(?:;|$)/.ignoresCase())
        return type.output.1.lowercased() + (charset.map { "; charset=\($0.output.1.lowercased())" } ?? "")
    }
}
