/// Rows under a heading, with a caption that says what they are. The first cell names its row.
struct Table {
    struct Column {
        let title: String
        let isNumeric: Bool

        static func words(_ title: String) -> Column { Column(title: title, isNumeric: false) }
        static func number(_ title: String) -> Column { Column(title: title, isNumeric: true) }
    }

    let caption: String
    let columns: [Column]
    /// Said where there are no rows.
    let empty: String
    private var rows: [HTML] = []

    init(_ caption: String, _ columns: Column..., empty: String) {
        self.caption = caption
        self.columns = columns
        self.empty = empty
    }

    /// A cell for each column.
    mutating func add(_ cells: HTML...) {
        precondition(cells.count == columns.count, "a cell for each column")
        var row: HTML = ""
        for (index, cell) in cells.enumerated() {
            let style: HTML = columns[index].isNumeric ? " class=\"number\"" : ""
            row = index == 0 ? "<th scope=\"row\"\(style)>\(cell)</th>" : "\(row)<td\(style)>\(cell)</td>"
        }
        rows.append("<tr>\(row)</tr>\n")
    }

    var html: HTML {
        guard !rows.isEmpty else { return "<p class=\"empty\">\(empty)</p>" }
        let heading = columns.map { column -> HTML in
            let style: HTML = column.isNumeric ? " class=\"number\"" : ""
            return "<th scope=\"col\"\(style)>\(column.title)</th>"
        }
        // What is wider than the screen is scrolled in its own frame, by keyboard too.
        return """
            <div class="scroll" role="region" aria-label="\(caption)" tabindex="0"><table>
            <caption>\(caption)</caption>
            <thead><tr>\(heading)</tr></thead>
            <tbody>
            \(rows)</tbody>
            </table></div>
            """
    }
}

extension HTML {
    /// A text, or a dash where there is none.
    static func words(_ text: String?) -> HTML {
        guard let text, !text.isEmpty else { return "–" }
        return "\(text)"
    }

    static func number(_ number: Int) -> HTML { "\(number)" }
}
