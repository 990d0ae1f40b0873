import Fleet
package import Observability
import Rights

/// What intake counts beside its batches: cases that a person has to know of.
package struct IntakeMetrics: Sendable {
    private static let alerting: [CaseOpening.Warning] = [.clientSuspended, .addendumMissing, .healthWithoutAgreement]

    private let alerts: [CaseOpening.Warning: Counter]

    package init(_ registry: MetricsRegistry) {
        alerts = Dictionary(
            uniqueKeysWithValues: IntakeMetrics.alerting.map {
                ($0, registry.counter(FleetMetrics.alerts, $0.rawValue))
            }
        )
    }

    /// The warnings of the cases of one committed batch.
    func opened(with warnings: [CaseOpening.Warning]) {
        for warning in warnings { alerts[warning]?.increment() }
    }
}
