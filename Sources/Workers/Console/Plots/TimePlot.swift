import FoundationEssentials

/// One figure over time, drawn as SVG with axes, and told again as a table for whoever does not see it.
struct TimePlot {
    struct Point {
        let at: Date
        let value: Double
    }

    struct Line {
        let name: String
        /// In order of time.
        let points: [Point]
    }

    let title: String
    let unit: Unit
    let lines: [Line]
    let from: Date
    let to: Date
    /// Between two points; where more lies between, nothing was measured, and nothing is drawn.
    let step: TimeInterval

    enum Unit {
        case count(of: String)
        case seconds

        /// What a value is divided by on an axis that ends at `highest`, and what it is then called.
        func scale(_ highest: Double) -> (divisor: Double, name: String) {
            switch self {
            case .count(let things): (1, things)
            case .seconds where highest > 172_800: (86_400, "days")
            case .seconds where highest > 7_200: (3_600, "hours")
            case .seconds where highest > 120: (60, "minutes")
            case .seconds: (1, "seconds")
            }
        }
    }

    private static let width = 640.0
    private static let height = 230.0
    private static let left = 56.0
    private static let right = 12.0
    private static let top = 26.0
    private static let bottom = 28.0

    /// - Parameter id: of the figure, unique on its page.
    func html(id: String) -> HTML {
        let highest = lines.flatMap(\.points).map(\.value).max() ?? 0
        let (divisor, unitName) = unit.scale(highest)
        let ceiling = Self.ceiling(highest / divisor, isWhole: divisor == 1)
        let legend = lines.enumerated().map { index, line -> HTML in
            "<li><svg width=\"28\" height=\"10\" aria-hidden=\"true\" focusable=\"false\"><line class=\"line s\(index % 6)\" x1=\"0\" y1=\"5\" x2=\"28\" y2=\"5\"/></svg> \(line.name)</li>"
        }
        let paths = lines.enumerated().map { index, line -> HTML in
            "<path class=\"line s\(index % 6)\" d=\"\(path(line.points, divisor: divisor, ceiling: ceiling))\"/>\n"
        }
        return """
            <figure class="plot">
            <figcaption id="\(id)-title">\(title), in \(unitName)</figcaption>
            <svg viewBox="0 0 640 230" role="img" aria-labelledby="\(id)-title" aria-describedby="\(id)-words" focusable="false">
            \(grid(ceiling: ceiling, unitName: unitName))
            \(paths)</svg>
            <ul class="legend">\(legend)</ul>
            <p id="\(id)-words" class="words">\(words(divisor, unitName))</p>
            <details><summary>The same as a table</summary>
            \(table(divisor, unitName).html)
            </details>
            </figure>
            """
    }

    // MARK: The plane

    private func x(_ at: Date) -> Double {
        let share = at.timeIntervalSince(from) / max(1, to.timeIntervalSince(from))
        return Self.left + min(1, max(0, share)) * (Self.width - Self.left - Self.right)
    }

    private func y(_ value: Double, ceiling: Double) -> Double {
        Self.height - Self.bottom - min(1, value / ceiling) * (Self.height - Self.top - Self.bottom)
    }

    private func path(_ points: [Point], divisor: Double, ceiling: Double) -> String {
        var path = ""
        var last: Date?
        for point in points {
            let isJoined = last.map { point.at.timeIntervalSince($0) <= step * 1.5 } ?? false
            let place = "\(Self.digits(x(point.at))) \(Self.digits(y(point.value / divisor, ceiling: ceiling)))"
            // A point that stands alone shows as a dot: the line's ends are round.
            path += isJoined ? "L\(place)" : "M\(place)h0.01"
            last = point.at
        }
        return path
    }

    private func grid(ceiling: Double, unitName: String) -> HTML {
        let steps = ceiling.truncatingRemainder(dividingBy: 4) == 0 || ceiling > 10 || ceiling < 1 ? 4 : Int(ceiling)
        let rows = (0...steps).map { index -> HTML in
            let value = ceiling * Double(index) / Double(steps)
            let place = Self.digits(y(value, ceiling: ceiling))
            let text = Self.digits(y(value, ceiling: ceiling) + 4)
            return """
                <line class="grid" x1="56" y1="\(place)" x2="628" y2="\(place)"/>\
                <text class="tick" x="50" y="\(text)" text-anchor="end">\(Self.label(value))</text>

                """
        }
        let span = to.timeIntervalSince(from)
        let columns = (0...4).map { index -> HTML in
            let at = from.addingTimeInterval(span * Double(index) / 4)
            let place = Self.digits(x(at))
            let anchor = index == 0 ? "start" : index == 4 ? "end" : "middle"
            return """
                <line class="grid" x1="\(place)" y1="26" x2="\(place)" y2="202"/>\
                <text class="tick" x="\(place)" y="220" text-anchor="\(anchor)">\(span > 172_800 ? Moment.day(at) : Moment.hour(at))</text>

                """
        }
        return "<text class=\"tick\" x=\"6\" y=\"14\">\(unitName)</text>\n\(rows)\(columns)"
    }

    // MARK: Words

    /// What is to be seen, in a sentence a line.
    private func words(_ divisor: Double, _ unitName: String) -> String {
        let told = lines.compactMap { line -> String? in
            guard let last = line.points.last, let most = line.points.max(by: { $0.value < $1.value }) else {
                return nil
            }
            let latest = Self.label(last.value / divisor)
            // What is old is not how things stand.
            let isNow = to.timeIntervalSince(last.at) <= step * 2
            let now = isNow ? "now \(latest)" : "last measured \(latest) at \(Moment.hour(last.at))"
            guard most.value > 0 else { return "\(line.name): 0 throughout" }
            return "\(line.name): \(now), at most \(Self.label(most.value / divisor)) at \(Moment.hour(most.at))"
        }
        guard !told.isEmpty else { return "Nothing was measured in this time." }
        return told.joined(separator: "; ") + " (\(unitName), UTC)."
    }

    private func table(_ divisor: Double, _ unitName: String) -> Table {
        var table = Table(
            "\(title), by time",
            .words("Time"),
            .words("Of what"),
            .number(unitName),
            empty: "No figures."
        )
        for line in lines {
            // What was nothing all along needs no row for each time.
            let points = line.points.contains { $0.value > 0 } ? line.points.suffix(48) : line.points.suffix(1)
            for point in points {
                table.add(Moment.html(point.at), "\(line.name)", "\(Self.label(point.value / divisor))")
            }
        }
        return table
    }

    // MARK: Numbers

    /// The end of an axis that reaches `value`: one, two or five, and noughts.
    static func ceiling(_ value: Double, isWhole: Bool) -> Double {
        guard value > (isWhole ? 4 : 0.000_001) else { return isWhole ? 4 : 1 }
        var power = 1.0
        while power * 10 <= value { power *= 10 }
        while power > value { power /= 10 }
        return [1.0, 2, 4, 5, 10].map { $0 * power }.first { $0 >= value } ?? value
    }

    /// With two decimals at most.
    static func label(_ value: Double) -> String {
        let text = digits(value)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func digits(_ value: Double) -> String { String((value * 100).rounded() / 100) }
}

extension TimePlot {
    /// A line for each name, in the order in which the names are given; names that were not measured have none.
    static func lines(_ rows: [(Date, String, Double)], named names: [(part: String, name: String)]) -> [Line] {
        let parts = Dictionary(grouping: rows) { $0.1 }
        return names.compactMap { part, name in
            parts[part].map { Line(name: name, points: $0.map { Point(at: $0.0, value: $0.2) }) }
        }
    }
}
