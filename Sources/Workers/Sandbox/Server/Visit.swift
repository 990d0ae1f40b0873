import HTTPTypes

/// A call that a peer has got.
struct Visit: Sendable {
    let peer: Peer
    let call: OpenCall
    let connection: Connection?
    let head: HTTPRequest
    var body: [UInt8]
}
