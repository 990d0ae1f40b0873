import Foundation
import Testing

@testable import Console

@Suite("The stylesheet of the console")
struct StylesheetTests {
    /// Relative luminance after WCAG 2.2.
    private static func luminance(_ colour: String) -> Double {
        let digits = Array(colour.dropFirst())
        let parts = stride(from: 0, to: 6, by: 2).map { index -> Double in
            let value = Double(Int(String(digits[index...index + 1]), radix: 16) ?? 0) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    private static func contrast(_ one: String, _ other: String) -> Double {
        let (a, b) = (luminance(one), luminance(other))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    /// Text and what it stands on, wherever the rules put the two together.
    private static let texts = [
        ("ink", "bg"), ("ink", "surface"), ("muted", "bg"), ("muted", "surface"), ("link", "bg"), ("link", "surface"),
        ("bar-ink", "bar"), ("good", "good-bg"), ("warning", "warning-bg"), ("bad", "bad-bg"), ("quiet", "quiet-bg"),
        ("link", "warning-bg"), ("ink", "warning-bg"),
    ]
    /// Lines of a plot, edges of fields, the outline of what has the focus.
    private static let shapes = [
        ("s0", "bg"), ("s1", "bg"), ("s2", "bg"), ("s3", "bg"), ("s4", "bg"), ("s5", "bg"), ("edge", "bg"),
        ("edge", "surface"), ("link", "bg"), ("bar-ink", "bar"),
    ]

    @Test("has enough contrast in light and in dark: 4.5 to 1 for text, 3 to 1 for shapes", arguments: [false, true])
    func contrasts(isDark: Bool) {
        let theme = Dictionary(
            uniqueKeysWithValues: (isDark ? Stylesheet.dark : Stylesheet.light).map { ($0.name, $0.colour) }
        )
        for (pairs, least) in [(Self.texts, 4.5), (Self.shapes, 3.0)] {
            for (one, other) in pairs {
                guard let front = theme[one], let back = theme[other] else {
                    Issue.record("\(one) or \(other) is no colour")
                    continue
                }
                #expect(Self.contrast(front, back) >= least, "\(one) on \(other), \(isDark ? "dark" : "light")")
            }
        }
    }

    @Test("takes every colour from the themes, each of which has all of them")
    func variables() {
        #expect(Stylesheet.light.map(\.name) == Stylesheet.dark.map(\.name))
        let names = Set(Stylesheet.light.map(\.name))
        let rules = Stylesheet.text.split(separator: "\n").dropFirst(2)
        for rule in rules {
            #expect(rule.firstMatch(of: /#[0-9a-fA-F]{3,8}\b|rgb|url\(|@import/) == nil, "\(rule)")
            for match in rule.matches(of: /var\(--([a-z0-9-]+)\)/) {
                #expect(names.contains(String(match.1)), "\(match.1)")
            }
        }
        #expect(Stylesheet.text.contains(":focus-visible"))
        #expect(Stylesheet.text.contains("prefers-color-scheme: dark"))
    }

    @Test("pairs a text with no ground that the contrasts are not checked for")
    func pairs() {
        let known = Set(Self.texts.map { "\($0.0) \($0.1)" })
        for rule in Stylesheet.text.matches(of: /\{([^}]*)\}/) {
            guard let front = rule.1.firstMatch(of: /(?:^|[ ;])color: var\(--([a-z0-9-]+)\)/)?.1,
                let back = rule.1.firstMatch(of: /background: var\(--([a-z0-9-]+)\)/)?.1
            else { continue }
            #expect(known.contains("\(front) \(back)"), "\(front) on \(back)")
        }
    }
}
