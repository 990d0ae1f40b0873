package import Observability

/// What workers count of their outside effects.
package struct EffectMetrics: Sendable {
    package static let attempts = MetricDescription.counter(
        "habeas_effect_attempts_total",
        "Attempts at outside effects that came to an end.",
        labels: ["outcome"]
    )
    package static let calls = MetricDescription.gauge("habeas_effect_calls", "Effects in this worker's hands.")
    package static let seconds = MetricDescription.histogram(
        "habeas_effect_seconds",
        "From the beginning of a call to its outcome."
    )
    package static let putBackTotal = MetricDescription.counter(
        "habeas_effects_put_back_total",
        "Effects that found no slot at their target when they were claimed."
    )
    package static let unwrittenTotal = MetricDescription.counter(
        "habeas_effects_unwritten_total",
        "Outcomes that the database refused; their effects are tried again when the lease is over."
    )
    package static let rescued = MetricDescription.counter(
        "habeas_effects_rescued_total",
        "Effects taken back by a clock worker: hints nobody claimed, leases whose holder is gone.",
        labels: ["from"]
    )

    /// In the order of the operations paper.
    package static let all: [MetricDescription] = [attempts, calls, seconds, putBackTotal, unwrittenTotal, rescued]

    private let registry: MetricsRegistry
    let putBack: Counter
    let unwritten: Counter
    private let calls: Gauge
    private let seconds: Histogram

    package init(_ registry: MetricsRegistry) {
        self.registry = registry
        putBack = registry.counter(Self.putBackTotal)
        unwritten = registry.counter(Self.unwrittenTotal)
        calls = registry.gauge(Self.calls)
        seconds = registry.histogram(Self.seconds)
    }

    func underWay(_ count: Int) { calls.set(Double(count)) }

    func ended(_ outcome: AttemptVerdict.Outcome, in time: Duration?) {
        registry.counter(Self.attempts, outcome.rawValue).increment()
        if let time { seconds.observe(time / .seconds(1)) }
    }
}
