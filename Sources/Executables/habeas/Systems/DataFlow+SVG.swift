import Rights

/// The map as one SVG that needs nothing else: a column a layer, a box a node. The same data map gives the same bytes.
extension DataFlow {
    private enum Measure {
        static let width = 270
        static let gap = 90
        static let margin = 24
        static let line = 17
        static let space = 18
        /// Characters that fit into a box; the font is monospaced, so that this holds everywhere.
        static let characters = 36
    }

    private struct Box {
        let node: Node
        let lines: [String]
        let x: Int
        let y: Int
        var height: Int { (lines.count + 1) * Measure.line + 14 }
        var middle: Int { y + height / 2 }
    }

    var svg: String {
        let boxes = placed
        let columns = (boxes.map(\.node.layer).max() ?? 0) + 1
        let width = 2 * Measure.margin + columns * Measure.width + (columns - 1) * Measure.gap
        let height = (boxes.map { $0.y + $0.height }.max() ?? 0) + Measure.margin + 2 * Measure.line
        var out: [String] = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            #"<svg xmlns="http://www.w3.org/2000/svg" width="\#(width)" height="\#(height)" viewBox="0 0 \#(width) \#(height)" role="img" font-family="monospace" font-size="11">"#,
            "<title>Data map: clients, systems, sub-processors</title>",
            #"<defs><marker id="to" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="slategray"/></marker></defs>"#,
            #"<rect width="\#(width)" height="\#(height)" fill="white"/>"#,
        ]
        let byID = Dictionary(boxes.map { ($0.node.id, $0) }, uniquingKeysWith: { first, _ in first })
        for edge in edges {
            guard let from = byID[edge.from], let to = byID[edge.to] else { continue }
            out.append(Self.path(from, to, isSaid: edge.isSaid))
        }
        for box in boxes { out += Self.drawn(box) }
        let foot = "red frame: gets no new data; dashed line: not said, and likely by its categories"
        out.append(Self.text(foot, x: Measure.margin, y: height - Measure.line))
        return (out + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private var placed: [Box] {
        var next: [Int: Int] = [:]
        return nodes.map { node in
            let lines = node.lines.flatMap { Self.wrapped($0) }
            let y = next[node.layer] ?? Measure.margin
            let box = Box(
                node: node,
                lines: lines,
                x: Measure.margin + node.layer * (Measure.width + Measure.gap),
                y: y
            )
            next[node.layer] = y + box.height + Measure.space
            return box
        }
    }

    private static func path(_ from: Box, _ to: Box, isSaid: Bool) -> String {
        let start = from.x + Measure.width
        let end = to.x
        // What leads back, or within a column, goes around on the right.
        let isForward = end > start
        let goal = isForward ? end : to.x + Measure.width
        let bend = isForward ? (start + end) / 2 : start + Measure.gap / 2
        let dash = isSaid ? "" : #" stroke-dasharray="5 4""#
        return
            #"<path d="M\#(start),\#(from.middle) C\#(bend),\#(from.middle) \#(bend),\#(to.middle) \#(goal),\#(to.middle)" fill="none" stroke="slategray" marker-end="url(#to)"\#(dash)/>"#
    }

    private static func drawn(_ box: Box) -> [String] {
        let fill =
            switch box.node.kind {
            case nil: "#eef1f4"
            case .own: "#e3f1e5"
            case .subprocessor: "#e4ecf9"
            case .clientIntegration: "#f3ebf7"
            case .publicContent: "#fdf3dc"
            case .log, .backup: "#f4f4f4"
            case .controller: "#fbe9ec"
            }
        let stroke = box.node.isFlagged ? ##"stroke="#b3261e" stroke-width="2""## : ##"stroke="#8a959e""##
        var out = [
            #"<rect x="\#(box.x)" y="\#(box.y)" width="\#(Measure.width)" height="\#(box.height)" rx="5" fill="\#(fill)" \#(stroke)/>"#,
            text(cut(box.node.title), x: box.x + 10, y: box.y + Measure.line + 2, isBold: true),
        ]
        for (index, line) in box.lines.enumerated() {
            out.append(text(line, x: box.x + 10, y: box.y + (index + 2) * Measure.line + 2))
        }
        return out
    }

    private static func text(_ text: String, x: Int, y: Int, isBold: Bool = false) -> String {
        #"<text x="\#(x)" y="\#(y)"\#(isBold ? #" font-weight="bold""# : "")>\#(Markup.escaped(text))</text>"#
    }

    private static func cut(_ text: String) -> String {
        text.count > Measure.characters ? text.prefix(Measure.characters - 1) + "…" : text
    }

    /// In lines that fit, broken between words where there are any.
    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var word = Substring(word)
            while word.count > Measure.characters {
                if !line.isEmpty { lines.append(line) }
                line = ""
                lines.append(String(word.prefix(Measure.characters)))
                word = word.dropFirst(Measure.characters)
            }
            if !line.isEmpty, line.count + 1 + word.count > Measure.characters {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
