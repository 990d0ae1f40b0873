/// Writes metrics in Prometheus' text format 0.0.4.
struct Exposition {
    private(set) var text = ""

    mutating func begin(_ description: MetricDescription) {
        text += "# HELP \(description.name) \(Self.escape(description.help, quotes: false))\n"
        text += "# TYPE \(description.name) \(description.kind.rawValue)\n"
    }

    mutating func append(
        _ instrument: MetricsRegistry.Instrument,
        of description: MetricDescription,
        values: [String]
    ) {
        let labels = zip(description.labels, values).map { "\($0)=\"\(Self.escape($1, quotes: true))\"" }
        switch instrument {
        case .counter(let counter):
            sample(description.name, labels, String(counter.value))
        case .gauge(let gauge):
            sample(description.name, labels, Self.number(gauge.value))
        case .observed(let read):
            if let value = read() { sample(description.name, labels, Self.number(value)) }
        case .histogram(let histogram):
            var total: UInt64 = 0
            for (bound, count) in zip(histogram.bounds + [.infinity], histogram.buckets) {
                total += count.value
                sample("\(description.name)_bucket", labels + ["le=\"\(Self.number(bound))\""], String(total))
            }
            sample("\(description.name)_sum", labels, Self.number(histogram.sum.value))
            sample("\(description.name)_count", labels, String(total))
        }
    }

    private mutating func sample(_ name: String, _ labels: [String], _ value: String) {
        text += name
        if !labels.isEmpty { text += "{\(labels.joined(separator: ","))}" }
        text += " \(value)\n"
    }

    static func escape(_ text: String, quotes: Bool) -> String {
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quotes: out += "\\\""
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), value.magnitude < 0x1p53 { return String(Int64(value)) }
        return value.description
    }
}
