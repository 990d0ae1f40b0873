package import Observability

/// What the console counts; names are part of the operators' contract.
package enum ConsoleMetrics {
    package static let logins = MetricDescription.counter(
        "habeas_console_logins_total",
        "Attempts to log in at the console.",
        labels: ["outcome"]
    )
    package static let pages = MetricDescription.counter(
        "habeas_console_pages_total",
        "Pages of the console that were asked for by somebody who is logged in.",
        labels: ["outcome"]
    )

    /// In the order of the operations paper.
    package static let all: [MetricDescription] = [logins, pages]
}
