/// What a metric is: its name, kind, help text and label names, as a constant that code and papers share.
public struct MetricDescription: Sendable, Hashable {
    /// How a metric behaves over time.
    public enum Kind: String, Sendable {
        /// Only grows, from zero at start.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts observations in buckets.
        case histogram
    }

    public let name: String
    public let kind: Kind
    /// One sentence, with the unit.
    public let help: String
    /// Names of the labels, in the order in which their values are given.
    public let labels: [String]
    /// Upper bounds of a histogram's buckets, ascending, without +Inf; empty for other kinds.
    public let buckets: [Double]

    public static func counter(_ name: String, _ help: String, labels: [String] = []) -> MetricDescription {
        MetricDescription(name: name, kind: .counter, help: help, labels: labels, buckets: [])
    }

    public static func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricDescription {
        MetricDescription(name: name, kind: .gauge, help: help, labels: labels, buckets: [])
    }

    public static func histogram(
        _ name: String,
        _ help: String,
        labels: [String] = [],
        buckets: [Double] = MetricDescription.seconds
    ) -> MetricDescription {
        MetricDescription(name: name, kind: .histogram, help: help, labels: labels, buckets: buckets)
    }

    /// Buckets for durations in seconds, from a millisecond to a minute.
    public static let seconds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    /// Buckets for sizes of batches.
    public static let counts: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]

    /// The names the exposition format permits; the reserved `le` and names with two leading underscores are not among
    /// them. Wrong names are mistakes of the programmer and end the program when the metric is made.
    func validate() {
        precondition(Self.isName(name, colons: true), "metric name is not permitted")
        precondition(
            labels.allSatisfy { Self.isName($0, colons: false) && $0 != "le" && !$0.hasPrefix("__") },
            "label name is not permitted"
        )
        precondition(Set(labels).count == labels.count, "label names repeat")
        precondition(zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 }, "buckets do not ascend")
        precondition(kind == .histogram || buckets.isEmpty, "only histograms have buckets")
    }

    private static func isName(_ text: String, colons: Bool) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): colons
            default: false
            }
        }
    }
}
