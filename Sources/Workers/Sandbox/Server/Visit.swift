import HTTPTypes

/// A call that a peer has got, read to its end.
struct Visit: Sendable {
    let peer: Peer
    let call: OpenCall
    let connection: Connection?
    let head: HTTPRequest
    let body: [UInt8]
}
