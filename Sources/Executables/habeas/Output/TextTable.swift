import FoundationEssentials
import Rights

/// Rows of text in aligned columns. On a terminal a line is cut at the edge instead of running over into the next.
struct TextTable {
    private let heading: [String]
    private var rows: [[String]] = []
    /// Said instead of an empty table.
    private let empty: String

    init(_ heading: String..., empty: String) {
        self.heading = heading
        self.empty = empty
    }

    mutating func add(_ cells: String?...) {
        rows.append(cells.map { TextTable.printable($0 ?? "–") })
    }

    func lines(width: Int?) -> [String] {
        guard !rows.isEmpty else { return [empty] }
        let all = [heading] + rows
        let widths = heading.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let isNumeric = heading.indices.map { column in
            rows.allSatisfy { $0[column] == "–" || Int($0[column]) != nil }
        }
        return all.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                if column > 0 { line += "  " }
                line += isNumeric[column] ? padding + cell : cell + padding
            }
            while line.last == " " { line.removeLast() }
            guard let width, line.count > width else { return line }
            return line.prefix(width - 1) + "…"
        }
    }

    /// The same for a text of several lines, which stay several.
    static func printable(lines text: String) -> String {
        text.split(separator: "\n").map { printable(String($0)) }.joined(separator: "\n")
    }

    /// Control characters and line ends would let a stored text draw on the operator's screen.
    static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory.isDrawing ? "·" : $0 }))
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isDrawing: Bool {
        switch self {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
        default: false
        }
    }
}

extension Date {
    /// To the second, for people.
    var short: String {
        EventTime.text(Date(timeIntervalSince1970: timeIntervalSince1970.rounded(.down)))
    }
}

extension UUID {
    var text: String { uuidString.lowercased() }
}
