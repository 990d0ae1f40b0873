import NIOCore
import Synchronization

/// How many connections a gateway has.
final class ConnectionCount: Sendable {
    let most: Int
    private let open = Atomic<Int>(0)

    init(most: Int) { self.most = most }

    /// Whether there is room for it; one for which there is none is counted, too, until it has left.
    func enter() -> Bool { open.wrappingAdd(1, ordering: .relaxed).newValue <= most }

    func leave() { open.wrappingSubtract(1, ordering: .relaxed) }
}

/// Closes a connection at once where there are as many as may be: before a byte of it is read, and before TLS.
final class ConnectionGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let count: ConnectionCount

    init(_ count: ConnectionCount) { self.count = count }

    func handlerAdded(context: ChannelHandlerContext) {
        guard !count.enter() else { return }
        let channel = context.channel
        // After it was set up: nothing of that expects it to be gone.
        context.eventLoop.execute { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { count.leave() }
}
