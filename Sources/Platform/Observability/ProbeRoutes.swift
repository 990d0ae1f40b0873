import FlyingFox
import FoundationEssentials

/// What the probe server answers.
struct ProbeRoutes: HTTPHandler {
    let metrics: MetricsRegistry
    let live: ProbeServer.Check
    let ready: ProbeServer.Check

    func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard request.method == .GET else { return HTTPResponse(statusCode: .methodNotAllowed) }
        return switch request.path {
        case "/health/live": Self.probe(await live())
        case "/health/ready": Self.probe(await ready())
        case "/metrics":
            HTTPResponse(
                statusCode: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: Data(metrics.exposition().utf8)
            )
        default: HTTPResponse(statusCode: .notFound)
        }
    }

    private static func probe(_ reasons: [String]) -> HTTPResponse {
        var body = JSONLine()
        if reasons.isEmpty {
            body.raw("{\"status\":\"ok\"}\n")
        } else {
            body.raw("{\"status\":\"unavailable\",\"reasons\":[")
            for (index, reason) in reasons.enumerated() {
                if index > 0 { body.raw(",") }
                body.string(reason)
            }
            body.raw("]}\n")
        }
        return HTTPResponse(
            statusCode: reasons.isEmpty ? .ok : .serviceUnavailable,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: Data(body.bytes)
        )
    }
}
