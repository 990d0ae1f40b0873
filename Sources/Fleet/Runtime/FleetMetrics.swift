import AMQP
package import Observability

/// The metrics every worker of the fleet has; names are part of the operators' contract.
package enum FleetMetrics {
    package static let handled = MetricDescription.counter(
        "habeas_messages_handled_total",
        "Messages brought to their end and acknowledged."
    )
    package static let parked = MetricDescription.counter(
        "habeas_messages_parked_total",
        "Messages set aside by the runtime."
    )
    package static let reruns = MetricDescription.counter(
        "habeas_batch_reruns_total",
        "Batches run again after losing against another transaction."
    )
    package static let outages = MetricDescription.counter(
        "habeas_batch_outages_total",
        "Batches that had to wait for the database."
    )
    package static let batchSize = MetricDescription.histogram(
        "habeas_batch_messages",
        "Messages in a batch.",
        buckets: MetricDescription.counts
    )
    package static let batchSeconds = MetricDescription.histogram(
        "habeas_batch_seconds",
        "From a batch's delivery to its acknowledgement.",
        buckets: MetricDescription.seconds
    )
    package static let published = MetricDescription.counter(
        "habeas_outbox_published_total",
        "Answers of the broker to outgoing messages.",
        labels: ["outcome"]
    )
    package static let leftToRelay = MetricDescription.counter(
        "habeas_outbox_left_to_relay_total",
        "Outgoing messages left to the relay because the broker does not take them."
    )
    package static let unmarked = MetricDescription.counter(
        "habeas_outbox_unmarked_total",
        "Confirmed messages whose rows could not be marked; the relay sends them again."
    )

    package static let alerts = MetricDescription.counter(
        "habeas_case_alerts_total",
        "Cases opened with something that a person has to know of.",
        labels: ["reason"]
    )

    /// In the order of the operations paper.
    package static let all: [MetricDescription] = [
        handled, parked, reruns, outages, batchSize, batchSeconds, published, leftToRelay, unmarked, alerts,
    ]
}

/// What a batch worker counts.
package struct BatchMetrics: Sendable {
    let handled: Counter
    let parked: Counter
    let reruns: Counter
    let outages: Counter
    private let size: Histogram
    private let seconds: Histogram

    package init(_ registry: MetricsRegistry) {
        handled = registry.counter(FleetMetrics.handled)
        parked = registry.counter(FleetMetrics.parked)
        reruns = registry.counter(FleetMetrics.reruns)
        outages = registry.counter(FleetMetrics.outages)
        size = registry.histogram(FleetMetrics.batchSize)
        seconds = registry.histogram(FleetMetrics.batchSeconds)
    }

    func finished(batch count: Int, in time: Duration) {
        size.observe(Double(count))
        seconds.observe(time)
    }
}

/// What dispatcher and relay count.
package struct OutboxMetrics: Sendable {
    let leftToRelay: Counter
    let unmarked: Counter
    private let confirmed: Counter
    private let unroutable: Counter
    private let nacked: Counter
    private let unknown: Counter

    package init(_ registry: MetricsRegistry) {
        leftToRelay = registry.counter(FleetMetrics.leftToRelay)
        unmarked = registry.counter(FleetMetrics.unmarked)
        confirmed = registry.counter(FleetMetrics.published, "confirmed")
        unroutable = registry.counter(FleetMetrics.published, "unroutable")
        nacked = registry.counter(FleetMetrics.published, "nacked")
        unknown = registry.counter(FleetMetrics.published, "unknown")
    }

    func count(_ outcomes: [PublishOutcome]) {
        for outcome in outcomes {
            switch outcome {
            case .confirmed: confirmed.increment()
            case .unroutable: unroutable.increment()
            case .nacked: nacked.increment()
            case .unknown: unknown.increment()
            }
        }
    }
}
