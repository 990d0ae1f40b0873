import Crypto
import FoundationEssentials
import Ledger
import Rights

/// `index.html`: what a person reads of a bundle. One file that asks for nothing else, with the first rows of every section.
///
/// Its policy allows the one style and the one script by their digests, and nothing from anywhere. Nothing of anybody's is in an
/// attribute, and what it says is complete without the script.
struct BundlePage {
    static let name = "index.html"
    /// Rows of a section that are shown.
    static let rowLimit = 1_000
    /// Bytes of HTML that the rows of one section may take, and those of all.
    static let sectionBudget = 4 << 20
    static let wholeBudget = 24 << 20
    /// Scalars of a value that are shown.
    static let valueLimit = 500

    let description: BundleDescription
    let words: PageWords
    let sections: [WrittenSection]
    let files: [BagFile]
    let signer: KeyRing.SigningKey
    private let bag: BagWriter
    private var text = PageText()

    init(
        _ bag: BagWriter,
        _ description: BundleDescription,
        sections: [WrittenSection],
        files: [BagFile],
        signer: KeyRing.SigningKey
    ) {
        self.bag = bag
        self.description = description
        words = description.language.words
        self.sections = sections
        self.files = files
        self.signer = signer
    }

    /// Writes the page, and returns how many rows of each section it shows.
    mutating func write(_ source: some BundleSource) throws -> [Int] {
        try bag.begin(Self.name)
        head()
        about()
        // What a list holds is collected from nowhere.
        if description.list == nil {
            holders()
            try drain()
            gaps()
            withheld()
            try drain()
        }
        lines(words.rights, description.rights)
        lines(words.complaints, description.complaints)
        lines(words.automatedDecisions, description.automatedDecisions)
        let shown = try data(source)
        try fileList()
        check()
        html("</main>\n<script>\(PageScript.text)</script>\n</body>\n</html>\n")
        try drain(all: true)
        try bag.end()
        return shown
    }

    // MARK: Parts

    private mutating func head() {
        let title = words.fill(
            description.list == nil ? words.title : words.listTitle,
            ["client": PageText.escaped(description.client)]
        )
        let policy =
            "default-src 'none'; style-src '\(Self.digest(PageStyle.text))'; script-src '\(Self.digest(PageScript.text))'; base-uri 'none'; form-action 'none'"
        html(
            """
            <!DOCTYPE html>
            <html lang="\(description.language.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="referrer" content="no-referrer">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title>
            <style>\(PageStyle.text)</style>
            </head>
            <body data-found="\(words.found)">
            <a class="skip" href="#data">\(words.skip)</a>
            <header>
            <h1>\(title)</h1>
            <p>\(listLead ?? disclosureLead ?? words.fill(isOwn ? words.ownLead : words.lead, [
                "processor": bdi(description.processor), "client": bdi(description.client),
                "day": words.day(description.submittedOn),
            ]))</p>
            <p class="note">\(words.unpack)</p>

            """
        )
        if !description.sections.isEmpty {
            html("<nav aria-label=\"\(words.contents)\">\n<h2>\(words.contents)</h2>\n<ol>\n")
            for (index, section) in description.sections.enumerated() {
                html("<li><a href=\"#s\(index + 1)\">\(heading(section))</a></li>\n")
            }
            html("</ol>\n</nav>\n")
        }
        html(
            """
            </header>
            <main>
            <div class="search" role="search" hidden><label for="search">\(words.search)</label>
            <input type="search" id="search" autocomplete="off" spellcheck="false">
            <span id="found" role="status"></span><span class="muted">\(words.sortHint)</span></div>

            """
        )
    }

    private mutating func about() {
        let rows = description.sections.map(\.rows).reduce(0, +)
        html("<h2>\(words.about)</h2>\n")
        list([
            (words.caseID, "<code>\(description.caseID.lowercaseText)</code>"),
            (words.client, isOwn ? nil : PageText.escaped(description.client)),
            (words.processor, PageText.escaped(description.processor)),
            (words.right, description.isCopy ? words.rightName(description.right) : nil),
            (words.regulation, words.law(description.regulation)),
            (words.submitted, description.list == nil ? words.day(description.submittedOn) : nil),
            (words.asOf, words.moment(description.time)),
            (
                words.extent,
                words.fill(
                    words.extentText,
                    [
                        "sections": words.count(description.sections.count), "rows": words.count(rows),
                        "files": words.count(files.count),
                    ]
                )
            ),
        ])
    }

    private mutating func holders() {
        html("<h2>\(words.holders)</h2>\n")
        guard !description.sections.isEmpty else { return html("<p>\(words.nothing)</p>\n") }
        table(
            "holders",
            words.fill(words.holdersCaption, ["n": words.count(description.sections.count)]),
            [words.place, words.what, words.purposes, words.retention, words.recipients, words.rows]
        )
        for (index, section) in description.sections.enumerated() {
            html("<tr><td>\(PageText.escaped(section.systemTitle)) <span class=\"kind\">(\(kind(section)))</span></td>")
            html("<td><a href=\"#s\(index + 1)\">\(bdi(section.shownAs ?? section.dataset))</a>")
            html("\(words.colon)\(bdi(section.category))</td>")
            html("<td>\(join(section.purposes))</td><td>\(said(section.retention))</td>")
            html("<td>\(join(section.recipients))</td>\(extent(index, section))</tr>\n")
        }
        endTable()
    }

    private mutating func gaps() {
        html("<h2>\(words.gaps)</h2>\n")
        guard !description.gaps.isEmpty else { return html("<p>\(words.noGaps)</p>\n") }
        html("<p class=\"note\">\(words.gapsLead)</p>\n")
        table(
            "gaps",
            words.fill(words.gapsCaption, ["n": words.count(description.gaps.count)]),
            [words.place, words.reason]
        )
        for gap in description.gaps {
            html("<tr><td>\(PageText.escaped(gap.title))</td><td>\(PageText.escaped(gap.sentence))</td></tr>\n")
        }
        endTable()
    }

    private mutating func withheld() {
        html("<h2>\(words.withheld)</h2>\n")
        let count = description.sections.map(\.withheld.count).reduce(0, +)
        guard count > 0 else { return html("<p>\(words.noWithheld)</p>\n") }
        html("<p>\(words.withheldLead)</p>\n")
        table(
            "withheld",
            words.fill(words.withheldCaption, ["n": words.count(count)]),
            [words.what, words.column, words.reason]
        )
        for (index, section) in description.sections.enumerated() {
            for withheld in section.withheld {
                html("<tr><td><a href=\"#s\(index + 1)\">\(heading(section))</a></td>")
                html(
                    "<td>\(PageText.escaped(withheld.column))</td><td>\(PageText.escaped(withheld.reason))</td></tr>\n"
                )
            }
        }
        endTable()
    }

    private mutating func lines(_ title: String, _ lines: [String]) {
        guard !lines.isEmpty else { return }
        html("<h2>\(title)</h2>\n<ul>\n")
        for line in lines { html("<li>\(bdi(line))</li>\n") }
        html("</ul>\n")
    }

    private mutating func fileList() throws {
        html("<h2 id=\"files\">\(words.files)</h2>\n")
        guard !files.isEmpty else { return html("<p>\(words.noFiles)</p>\n") }
        html("<p>\(words.filesLead)</p>\n")
        table(
            "filelist",
            words.fill(words.filesCaption, ["n": words.count(files.count)]),
            [words.file, words.originalName, words.mediaType, words.size, words.what]
        )
        for (file, described) in zip(files, description.files) {
            html("<tr><td>\(link(file, file.name))</td><td>\(PageText.escaped(described.name))</td>")
            html("<td>\(PageText.escaped(described.mediaType))</td>")
            html("<td class=\"n\" data-value=\"\(file.bytes)\">\(words.bytes(file.bytes))</td>")
            let section = described.section
            html("<td><a href=\"#s\(section + 1)\">\(heading(description.sections[section]))</a></td></tr>\n")
            try drain()
        }
        endTable()
    }

    private mutating func check() {
        html(
            """
            <h2>\(words.check)</h2>
            <p>\(words.fill(words.checkLead, ["key": PageText.escaped(signer.id)]))</p>
            <pre>\(BundleManifest.checks.map(PageText.escaped).joined(separator: "\n"))</pre>
            <p>\(words.fill(words.checkKey, [
                "processor": bdi(description.processor), "public": signer.verifyingKey.base64,
            ]))</p>

            """
        )
    }

    // MARK: Pieces

    mutating func html(_ markup: String) { text.markup(markup) }

    /// Bytes that have been gathered.
    var size: Int { text.count }

    /// A value of a row. Returns whether it was cut.
    mutating func value(_ cell: LineReader.Cell) -> Bool { text.value(cell, limit: Self.valueLimit) }

    /// Hands on what has been gathered.
    mutating func drain(all: Bool = false) throws {
        guard all || text.count >= 64 << 10 else { return }
        try bag.write(text.bytes)
        text.removeAll()
    }

    /// - Parameters:
    ///   - caption: HTML; as are the headings.
    mutating func table(_ id: String, _ caption: String, _ headings: [String], isList: Bool = true) {
        html("<div class=\"scroll\" role=\"region\" aria-labelledby=\"\(id)-caption\" tabindex=\"0\">\n")
        html(
            "<table\(isList ? " class=\"list\"" : "")>\n<caption id=\"\(id)-caption\">\(caption)</caption>\n<thead><tr>"
        )
        for heading in headings { html("<th scope=\"col\">\(heading)</th>") }
        html("</tr></thead>\n<tbody>\n")
    }

    /// With a line for what the search finds in it.
    mutating func endTable() {
        html("</tbody>\n</table>\n</div><p class=\"muted\" hidden></p>\n")
    }

    /// - Parameter entries: names and HTML; those without a value are left out.
    mutating func list(_ entries: [(String, String?)]) {
        html("<dl>\n")
        for case (let name, let value?) in entries where !value.isEmpty {
            html("<dt>\(name)</dt><dd>\(value)</dd>\n")
        }
        html("</dl>\n")
    }

    /// Whether nobody else is behind whoever made it.
    private var isOwn: Bool { description.client == description.processor }

    func heading(_ section: BundleSection) -> String {
        bdi(section.systemTitle) + words.colon + bdi(section.shownAs ?? section.dataset)
    }

    func kind(_ section: BundleSection) -> String {
        words.fill(words.kind(section.kind), ["client": bdi(description.client)])
    }

    /// Text whose direction is its own affair.
    func bdi(_ text: String) -> String { "<bdi>\(PageText.escaped(text))</bdi>" }

    func join(_ texts: [String]) -> String {
        texts.isEmpty ? said(nil) : texts.map(bdi).joined(separator: ", ")
    }

    func said(_ text: String?) -> String {
        text.map(bdi) ?? "<span class=\"muted\">\(words.unsaid)</span>"
    }

    func number(_ number: Int) -> String {
        "<td class=\"n\" data-value=\"\(number)\">\(words.count(number))</td>"
    }

    /// How many rows a section has, and how many files where it has some.
    private func extent(_ index: Int, _ section: BundleSection) -> String {
        let files = description.files.count { $0.section == index }
        guard files > 0 else { return number(section.rows) }
        let count = words.fill(words.filesOfSection, ["n": words.count(files)])
        let text = section.rows > 0 ? "\(words.count(section.rows)), \(count)" : count
        return "<td class=\"n\" data-value=\"\(section.rows)\">\(text)</td>"
    }

    /// - Parameter label: HTML.
    func link(_ file: BagFile, _ label: String) -> String { "<a href=\"\(file.name)\" download>\(label)</a>" }

    /// As a policy names an inline style or script.
    private static func digest(_ text: String) -> String {
        "sha256-" + Data(SHA256.hash(data: Array(text.utf8))).base64EncodedString()
    }
}
