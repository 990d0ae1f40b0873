/// Words of people's in XML and HTML.
enum Markup {
    /// Nothing in it is markup, in text as in an attribute; what no document may hold is a dot.
    static func escaped(_ text: String) -> String {
        var out = ""
        for character in TextTable.printable(text).unicodeScalars {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\u{FFFE}", "\u{FFFF}": out += "·"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }

    /// A whole page that needs nothing else. `body` is markup, `title` is not.
    static func page(_ title: String, _ body: [String]) -> String {
        let title = escaped(title)
        return
            ([
                "<!DOCTYPE html>", #"<html lang="en">"#, "<head>", #"<meta charset="utf-8">"#,
                #"<meta name="viewport" content="width=device-width, initial-scale=1">"#, "<title>\(title)</title>",
                "<style>body{font-family:sans-serif;max-width:70em;margin:2em auto;padding:0 1em;line-height:1.4}"
                    + "table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.4em .6em;text-align:left;"
                    + "vertical-align:top}th{background:#f2f2f2}</style>",
                "</head>", "<body>", "<h1>\(title)</h1>",
            ] + body + ["</body>", "</html>"]).joined(separator: "\n")
    }

    /// A table of words, none of which is markup.
    static func table(_ heading: [String], _ rows: [[String]]) -> [String] {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined() + "</tr>"
        }
        return ["<table>", "<thead>\(row(heading, "th"))</thead>", "<tbody>"] + rows.map { row($0, "td") }
            + ["</tbody>", "</table>"]
    }
}
