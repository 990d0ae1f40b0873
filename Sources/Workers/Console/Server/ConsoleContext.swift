import Hummingbird
import NIOCore

/// What a route knows of a request beside the request: whom it came from.
struct ConsoleContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let peer: String

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }

    /// A login is two short fields.
    var maxUploadSize: Int { 4_096 }
}
