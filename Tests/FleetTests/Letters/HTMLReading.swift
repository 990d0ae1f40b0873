import Foundation
import Testing

/// What Python's own HTML parser makes of documents: many at once, since a process is slow to start.
struct HTMLReading: Decodable {
    /// What is not well-formed: elements that are not closed in order, attributes that nobody wrote.
    let faults: [String]
    /// The elements of the body, in their order.
    let tags: [String]
    let links: [String]
    /// The words of the body.
    let words: [String]
    let lang: String
    let title: String

    static func read(_ documents: [String]) throws -> [HTMLReading] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script]
        let input = FileManager.default.temporaryDirectory.appendingPathComponent("html-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: input) }
        try JSONEncoder().encode(documents).write(to: input)
        process.standardInput = try FileHandle(forReadingFrom: input)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try JSONDecoder().decode([HTMLReading].self, from: data)
    }

    private static let script = """
        import html.parser, json, sys
        VOID = {'meta', 'br'}
        KNOWN = {'html': ['lang'], 'meta': ['charset', 'name', 'content'], 'body': ['style'], 'a': ['href']}
        class Reader(html.parser.HTMLParser):
            def __init__(self):
                super().__init__(convert_charrefs=True)
                self.open, self.faults, self.tags, self.links, self.text = [], [], [], [], []
                self.lang = self.title = ''
            def handle_starttag(self, tag, attributes):
                for name, value in attributes:
                    if name not in KNOWN.get(tag, []): self.faults.append(f'{tag} has {name}')
                    if name == 'lang': self.lang = value
                    if name == 'href': self.links.append(value)
                if 'body' in self.open: self.tags.append(tag)
                if tag not in VOID: self.open.append(tag)
            def handle_endtag(self, tag):
                if not self.open or self.open.pop() != tag: self.faults.append(f'{tag} ends out of order')
                self.text.append(' ' if tag in ('p', 'li', 'h2') else '')
            def handle_data(self, data):
                if 'body' in self.open: self.text.append(data)
                elif self.open and self.open[-1] == 'title': self.title += data
            def handle_comment(self, data): self.faults.append('a comment')
            def handle_pi(self, data): self.faults.append('an instruction')
        out = []
        for document in json.load(sys.stdin):
            reader = Reader()
            reader.feed(document)
            reader.close()
            if reader.open: reader.faults.append('left open: ' + ' '.join(reader.open))
            out.append(dict(faults=reader.faults, tags=reader.tags, links=reader.links, words=''.join(reader.text).split(),
                            lang=reader.lang, title=reader.title))
        json.dump(out, sys.stdout)
        """
}
