import Rights

/// The sections with their first rows.
extension BundlePage {
    /// Ends the reading of a section of which enough has been seen.
    private struct Enough: Error {}

    /// Files that are named with their section; more are in their own list alone.
    private static let fileLimit = 20

    /// Rows shown of each section. What small sections leave of the whole budget is for those after them.
    mutating func data(_ source: some BundleSource) throws -> [Int] {
        html("<h2 id=\"data\">\(words.data)</h2>\n")
        guard !description.sections.isEmpty else {
            html("<p>\(words.nothing)</p>\n")
            return []
        }
        var shown: [Int] = []
        var left = Self.wholeBudget
        for index in description.sections.indices {
            let budget = min(Self.sectionBudget, left / (description.sections.count - index))
            let taken = try section(index, budget, source)
            shown.append(taken.rows)
            left -= min(left, taken.bytes)
            try drain()
        }
        return shown
    }

    private mutating func section(
        _ index: Int,
        _ budget: Int,
        _ source: some BundleSource
    ) throws -> (rows: Int, bytes: Int) {
        let section = description.sections[index]
        html("<section class=\"data\" aria-labelledby=\"s\(index + 1)\">\n")
        html("<h3 id=\"s\(index + 1)\">\(heading(section))</h3>\n")
        list([
            (words.place, "\(bdi(section.systemTitle)) (\(kind(section)))"), (words.company, section.company.map(bdi)),
            (words.region, section.region.map(bdi)), (words.safeguards, section.safeguards.map(bdi)),
            (words.category, bdi(section.category)), (words.purposes, join(section.purposes)),
            (words.retention, said(section.retention)), (words.recipients, join(section.recipients)),
            (words.origin, section.source.map(bdi)),
        ])
        var taken = (rows: 0, bytes: 0)
        if let json = sections[index].json {
            let links = ["\(link(json, "JSON")) (\(words.bytes(json.bytes)))"] + csvLinks(sections[index].csv)
            html("<p>\(words.allRows) \(links.joined(separator: ", "))</p>\n")
            if !section.columns.isEmpty { taken = try rows(index, section, budget, source) }
        }
        let own = zip(files, description.files).filter { $0.1.section == index }
        if own.count > Self.fileLimit {
            html("<p>\(words.asFiles) <a href=\"#files\">\(words.count(own.count))</a></p>\n")
        } else if !own.isEmpty {
            let links = own.map { "\(link($0.0, PageText.escaped($0.1.name))) (\(words.bytes($0.0.bytes)))" }
            html("<p>\(words.asFiles) \(links.joined(separator: ", "))</p>\n")
        } else if sections[index].json == nil {
            html("<p>\(words.noRows)</p>\n")
        }
        html("</section>\n")
        return taken
    }

    private func csvLinks(_ parts: [CSVWriter.Part]) -> [String] {
        guard parts.count > 1 else { return parts.map { link($0.file, "CSV") } }
        return parts.enumerated().map { link($1.file, words.fill(words.part, ["n": words.count($0 + 1)])) }
    }

    /// The number of rows that fit is known only behind them, so the line that tells it stands there.
    private mutating func rows(
        _ index: Int,
        _ section: BundleSection,
        _ budget: Int,
        _ source: some BundleSource
    ) throws -> (rows: Int, bytes: Int) {
        let headings = section.columns.map { PageText.escaped(section.headings[$0] ?? $0) }
        table("rows\(index + 1)", heading(section), headings, isList: false)
        let reader = LineReader(section.columns)
        var shown = 0
        var bytes = 0
        var isShortened = false
        var isDone = false
        do {
            try source.lines(of: index) { block in
                let block = block.assumingMemoryBound(to: UInt8.self)
                guard var line = block.baseAddress else { return }
                let end = line + block.count
                while line < end {
                    guard shown < Self.rowLimit, bytes < budget else {
                        isDone = true
                        throw Enough()
                    }
                    line = try reader.read(line, end)
                    shown += 1
                    bytes += try row(reader, &isShortened)
                }
            }
        } catch  where isDone {
            // Whatever the source made of our end.
        }
        endTable()
        html("<p class=\"muted\">")
        html(words.fill(words.rowsShown, ["n": words.count(shown), "all": words.count(section.rows)]))
        if isShortened { html("<br>\(words.shortened)") }
        let changed = sections[index].changedCells
        if changed > 0 { html("<br>\(words.fill(words.changedCells, ["n": words.count(changed)]))") }
        html("</p>\n")
        return (shown, bytes)
    }

    /// Returns the bytes it took.
    private mutating func row(_ reader: LineReader, _ isShortened: inout Bool) throws -> Int {
        var bytes = 0
        html("<tr>")
        for column in 0..<reader.columns.count {
            let before = size
            switch reader[column].kind {
            case .absent, .null, .bool, .string: html("<td>")
            case .number: html("<td class=\"n\">")
            case .nested: html("<td class=\"j\">")
            }
            if reader[column].kind != .absent, reader[column].kind != .null, value(reader[column]) {
                isShortened = true
            }
            html("</td>")
            bytes += size - before
            try drain()
        }
        html("</tr>\n")
        return bytes
    }
}
