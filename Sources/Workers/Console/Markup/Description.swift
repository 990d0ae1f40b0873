/// Names and what they stand for, one below the other.
enum Description {
    static func html(_ entries: [(name: String, value: HTML)]) -> HTML {
        let rows = entries.map { entry -> HTML in "<div><dt>\(entry.name)</dt><dd>\(entry.value)</dd></div>\n" }
        return "<dl class=\"facts\">\(rows)</dl>"
    }
}
