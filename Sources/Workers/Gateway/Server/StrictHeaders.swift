import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Gives every answer that leaves a connection, whoever wrote it, the headers by which nothing of it is kept, guessed at or run.
final class StrictHeaders: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let isEncrypted: Bool

    /// - Parameter isEncrypted: whether callers speak TLS, and shall do so from now on.
    init(isEncrypted: Bool) { self.isEncrypted = isEncrypted }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        for (name, value) in Self.always { head.headerFields[name] = value }
        if isEncrypted { head.headerFields[.strictTransportSecurity] = "max-age=31536000" }
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    private static let always: [(HTTPField.Name, String)] = [
        (.cacheControl, "no-store"), (.xContentTypeOptions, "nosniff"),
        (.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'"),
    ]
}
