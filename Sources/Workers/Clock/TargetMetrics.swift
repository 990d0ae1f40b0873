package import Observability

/// Which targets take no calls, as every copy of the clock last saw it; names are part of the operators' contract.
package enum TargetMetrics {
    package static let targets = MetricDescription.gauge(
        "habeas_targets",
        "Targets of outside effects that take no calls as they should.",
        labels: ["state"]
    )
    package static let parked = MetricDescription.gauge(
        "habeas_effects_parked",
        "Outside effects that wait for a person."
    )

    /// In the order of the operations paper.
    package static let all: [MetricDescription] = [targets, parked]
}
