package import Observability

/// What the gateway counts; names are part of the operators' contract.
package struct GatewayMetrics: Sendable {
    package static let requests = MetricDescription.counter(
        "habeas_gateway_requests_total",
        "Requests of clients answered, by route and status.",
        labels: ["route", "status"]
    )
    package static let seconds = MetricDescription.histogram(
        "habeas_gateway_request_seconds",
        "From the head of a request to the beginning of its answer, by route.",
        labels: ["route"]
    )
    package static let accepted = MetricDescription.counter(
        "habeas_gateway_accepted_total",
        "What clients did that was published and confirmed, by type.",
        labels: ["type"]
    )
    package static let broken = MetricDescription.counter(
        "habeas_gateway_downloads_broken_total",
        "Downloads that ended early because the bundle could not be read on: it is not in the store, or is not what was stored."
    )
    package static let all = [requests, seconds, accepted, broken]

    private let registry: MetricsRegistry

    package init(_ registry: MetricsRegistry) { self.registry = registry }

    /// - Parameter route: method and path with `{id}`, or `none`: never what was sent.
    func answered(_ route: String, _ status: Int, after time: Duration) {
        registry.counter(Self.requests, route, String(status)).increment()
        registry.histogram(Self.seconds, route).observe(time)
    }

    func accepted(_ type: String) { registry.counter(Self.accepted, type).increment() }

    func downloadBroke() { registry.counter(Self.broken).increment() }
}
