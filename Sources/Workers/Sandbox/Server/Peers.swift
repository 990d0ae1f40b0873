import Hummingbird
import Synchronization

/// All peers that were ever called. They come into being with their first call.
final class Peers: Sendable {
    /// So that a caller that makes names up cannot fill the memory.
    static let limit = 1_000

    let limits: PeerBook.Limits
    private let peers = Mutex<[String: Peer]>([:])

    init(limits: PeerBook.Limits) {
        self.limits = limits
    }

    var all: [Peer] { peers.withLock { Array($0.values) } }

    /// - Throws: `HTTPError` when there can be no peer of that name.
    func named(_ text: String?) throws -> Peer {
        let text = text ?? ""
        let peer = try peers.withLock { peers -> Peer? in
            if let peer = peers[text] { return peer }
            guard let name = PeerName(text) else { return nil }
            guard peers.count < Self.limit else {
                throw HTTPError(
                    .init(code: 507),
                    message: "the sandbox keeps at most \(Self.limit) peers; use fewer names"
                )
            }
            let peer = Peer(name, limits: limits)
            peers[text] = peer
            return peer
        }
        guard let peer else {
            throw HTTPError(
                .badRequest,
                message: """
                    the peer's name has other characters than letters, digits, '.', '_' and '-', begins with a dot or is longer \
                    than 100; choose another
                    """
            )
        }
        return peer
    }

    func known(_ text: String?) -> Peer? {
        peers.withLock { $0[text ?? ""] }
    }
}
