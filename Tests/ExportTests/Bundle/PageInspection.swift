import Foundation
import TestKit
import Testing

@testable import Export

/// The page as an HTML parser sees it.
struct PageInspection {
    private struct Tag: Decodable {
        let name: String
        let attributes: [String: String?]
    }

    private let page: String
    private let tags: [Tag]

    init(_ page: String) throws {
        self.page = page
        let script = """
            import html.parser, json, sys
            tags = []
            class Reader(html.parser.HTMLParser):
                def handle_starttag(self, tag, attributes):
                    tags.append({'name': tag, 'attributes': dict(attributes)})
            reader = Reader(convert_charrefs=True)
            reader.feed(sys.stdin.buffer.read().decode('utf-8'))
            reader.close()
            print(json.dumps(tags))
            """
        let printed = try Python.run(script, input: Data(page.utf8))
        tags = try JSONDecoder().decode([Tag].self, from: Data(printed.utf8))
    }

    /// Only tags and attributes of ours, one style and one script, links to nothing but `links` and the page itself.
    func expectHarmless(links: Set<String>) throws {
        let allowed: [String: Set<String>] = [
            "html": ["lang"], "head": [], "meta": ["charset", "http-equiv", "content", "name"], "title": [],
            "style": [],
            "body": ["data-found"], "a": ["href", "class", "download"], "header": [], "main": [], "h1": [],
            "h2": ["id"], "h3": ["id"], "p": ["class", "hidden"], "nav": ["aria-label"], "ol": [], "ul": [], "li": [],
            "div": ["class", "role", "hidden", "aria-labelledby", "tabindex"], "label": ["for"],
            "input": ["type", "id", "autocomplete", "spellcheck"], "span": ["id", "role", "class"], "dl": [], "dt": [],
            "dd": [], "code": [], "bdi": [], "table": ["class"], "caption": ["id"], "thead": [], "tbody": [], "tr": [],
            "th": ["scope"], "td": ["class", "data-value"], "section": ["class", "aria-labelledby"], "pre": [],
            "br": [],
            "script": [],
        ]
        var faults: Set<String> = []
        for tag in tags {
            guard let attributes = allowed[tag.name] else {
                faults.insert(tag.name)
                continue
            }
            faults.formUnion(Set(tag.attributes.keys).subtracting(attributes).map { "\(tag.name) \($0)" })
            if tag.name == "a", let href = tag.attributes["href"] ?? nil, !href.hasPrefix("#"), !links.contains(href) {
                faults.insert("a link out of the bag")
            }
        }
        #expect(faults.isEmpty)
        #expect(tags.count { $0.name == "script" } == 1 && tags.count { $0.name == "style" } == 1)
        let ids = tags.compactMap { $0.attributes["id"] ?? nil }
        #expect(Set(ids).count == ids.count)
        for invisible in ["\u{202E}", "\u{2066}", "\u{0}", "\u{1B}", "\u{2028}", "\u{FEFF}"] {
            #expect(!page.unicodeScalars.contains { String($0) == invisible })
        }
        let policy = tags.first { $0.attributes["http-equiv"] != nil }?.attributes["content"] ?? nil
        #expect(policy?.hasPrefix("default-src 'none'; style-src 'sha256-") == true)
    }
}
