import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Ends a connection on which nothing gets on: a request that does not arrive whole, a caller that does not take its answer, one that
/// asks nothing more. A byte now and then does not buy time.
final class ConnectionClock: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let patience: TimeAmount
    /// What leaves when a request has begun and does not come to its end.
    private let tooSlow: Response
    private var timer: Scheduled<Void>?
    private var isArriving = false
    private var isAnswering = false
    private var closes = false

    struct Response: Sendable {
        let head: HTTPResponse
        let body: ByteBuffer
    }

    init(patience: TimeAmount, tooSlow: Response) {
        self.patience = patience
        self.tooSlow = tooSlow
    }

    func handlerAdded(context: ChannelHandlerContext) {
        wind(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isArriving = true
            wind(context)
        case .body: break
        case .end:
            isArriving = false
            // The answer that it took too long comes first.
            wind(context, more: .seconds(2))
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            isAnswering = true
            closes = closes || head.headerFields[.connection] == "close"
            wind(context)
        case .body: wind(context)
        case .end:
            isAnswering = false
            wind(context)
            guard closes else { break }
            let promise = promise ?? context.eventLoop.makePromise()
            let channel = context.channel
            promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
            return context.write(data, promise: promise)
        }
        context.write(data, promise: promise)
    }

    private func wind(_ context: ChannelHandlerContext, more: TimeAmount = .zero) {
        timer?.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: patience + more) {
            let (clock, context) = bound.value
            clock.ring(context)
        }
    }

    private func ring(_ context: ChannelHandlerContext) {
        guard isArriving, !isAnswering, context.channel.isActive else { return context.close(promise: nil) }
        isAnswering = true
        context.write(wrapOutboundOut(.head(tooSlow.head)), promise: nil)
        context.write(wrapOutboundOut(.body(tooSlow.body)), promise: nil)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }
}
