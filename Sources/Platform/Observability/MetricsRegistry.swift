import Synchronization

/// The metrics of one process and their text for a Prometheus scrape (exposition format 0.0.4).
///
/// A metric is described once by a ``MetricDescription`` and handed out as a handle per set of label values; asking
/// again gives the same handle. Label values must come from small closed sets, never from data. Describing one name in
/// two ways or giving the wrong number of label values is a programmer's mistake and ends the program.
public final class MetricsRegistry: Sendable {
    enum Instrument: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
        case observed(@Sendable () -> Double?)
    }

    struct Family: Sendable {
        let description: MetricDescription
        var members: [[String]: Instrument] = [:]
    }

    private let families = Mutex<[String: Family]>([:])

    public init() {}

    public func counter(_ description: MetricDescription, _ values: String...) -> Counter {
        let made = instrument(description, .counter, values) { .counter(Counter()) }
        guard case .counter(let counter) = made else { preconditionFailure("the counter is an observed one") }
        return counter
    }

    public func gauge(_ description: MetricDescription, _ values: String...) -> Gauge {
        let made = instrument(description, .gauge, values) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = made else { preconditionFailure("the gauge is an observed one") }
        return gauge
    }

    public func histogram(_ description: MetricDescription, _ values: String...) -> Histogram {
        let made = instrument(description, .histogram, values) { .histogram(Histogram(bounds: description.buckets)) }
        guard case .histogram(let histogram) = made else { preconditionFailure("not a histogram") }
        return histogram
    }

    /// A gauge or counter that is read when scraped; nil leaves it out of that scrape. The closure must not block. It
    /// stays for the registry's life; a later one for the same labels takes its place.
    public func observe(_ description: MetricDescription, _ values: String..., read: @escaping @Sendable () -> Double?)
    {
        precondition(description.kind != .histogram, "a histogram cannot be read by a closure")
        families.withLock {
            Self.admit(description, values, in: &$0)
            $0[description.name]!.members[values] = .observed(read)
        }
    }

    /// The text of all metrics, in order of name and label values.
    public func exposition() -> String {
        let families = families.withLock { $0.values.sorted { $0.description.name < $1.description.name } }
        var text = Exposition()
        for family in families {
            text.begin(family.description)
            let members = family.members.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            for (values, instrument) in members {
                text.append(instrument, of: family.description, values: values)
            }
        }
        return text.text
    }

    private func instrument(
        _ description: MetricDescription,
        _ kind: MetricDescription.Kind,
        _ values: [String],
        make: () -> Instrument
    ) -> Instrument {
        precondition(description.kind == kind, "the metric is of another kind")
        return families.withLock {
            Self.admit(description, values, in: &$0)
            if let known = $0[description.name]!.members[values] { return known }
            let made = make()
            $0[description.name]!.members[values] = made
            return made
        }
    }

    private static func admit(_ description: MetricDescription, _ values: [String], in families: inout [String: Family])
    {
        precondition(values.count == description.labels.count, "a metric needs one value per label")
        if let known = families[description.name] {
            precondition(known.description == description, "a metric's name is described in two ways")
        } else {
            description.validate()
            families[description.name] = Family(description: description)
        }
    }
}
