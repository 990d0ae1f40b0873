package import Observability
import Rights

/// What waits for a person, as every copy of the clock last saw it; names are part of the operators' contract.
package enum ReviewMetrics {
    package static let open = MetricDescription.gauge(
        "habeas_reviews_open",
        "Reviews that wait for a person.",
        labels: ["kind"]
    )
    package static let overdue = MetricDescription.gauge(
        "habeas_reviews_overdue",
        "Reviews that nobody has settled in time.",
        labels: ["kind"]
    )
    package static let triage = MetricDescription.gauge(
        "habeas_triage_open",
        "Parked messages with a triage deadline that wait for a person."
    )
    package static let triageOverdue = MetricDescription.gauge(
        "habeas_triage_overdue",
        "Parked messages that nobody has looked at in time."
    )
    package static let harvests = MetricDescription.counter(
        "habeas_harvests_noticed_total",
        "Publishers and people whose access requests passed the threshold."
    )

    package static let copies = MetricDescription.gauge(
        "habeas_copies_waiting",
        "Copies that are not begun before a person has looked at many requests."
    )

    /// In the order of the operations paper.
    package static let all: [MetricDescription] = [open, overdue, triage, triageOverdue, harvests, copies]
}

/// The gauges, and how they are set.
struct ReviewGauges: Sendable {
    let harvests: Counter
    let copies: Gauge
    private let open: [ReviewKind: Gauge]
    private let overdue: [ReviewKind: Gauge]
    private let triage: Gauge
    private let triageOverdue: Gauge

    init(_ registry: MetricsRegistry) {
        func gauges(_ description: MetricDescription) -> [ReviewKind: Gauge] {
            Dictionary(
                uniqueKeysWithValues: ReviewKind.allCases.map { ($0, registry.gauge(description, $0.rawValue)) }
            )
        }
        open = gauges(ReviewMetrics.open)
        overdue = gauges(ReviewMetrics.overdue)
        triage = registry.gauge(ReviewMetrics.triage)
        triageOverdue = registry.gauge(ReviewMetrics.triageOverdue)
        harvests = registry.counter(ReviewMetrics.harvests)
        copies = registry.gauge(ReviewMetrics.copies)
    }

    func set(reviews: [(kind: String, open: Int, overdue: Int)], triage waiting: (open: Int, overdue: Int)) {
        let found = Dictionary(reviews.map { ($0.kind, $0) }) { first, _ in first }
        for kind in ReviewKind.allCases {
            open[kind]?.set(Double(found[kind.rawValue]?.open ?? 0))
            overdue[kind]?.set(Double(found[kind.rawValue]?.overdue ?? 0))
        }
        triage.set(Double(waiting.open))
        triageOverdue.set(Double(waiting.overdue))
    }
}
