/// A part of a page under a heading of its own.
enum Section {
    static func html(_ title: String, id: String, _ body: HTML...) -> HTML {
        "<section aria-labelledby=\"\(id)\"><h2 id=\"\(id)\">\(title)</h2>\n\(body)</section>\n"
    }

    /// The same where the figures could not be had: it says so in their place.
    static func html<Value>(_ title: String, id: String, _ panel: Panel<Value>, _ body: (Value) -> HTML) -> HTML {
        switch panel {
        case .had(let value): html(title, id: id, body(value))
        case .missing(let reason):
            html(title, id: id, "<p class=\"missing\"><strong>Could not be had:</strong> \(reason)</p>")
        }
    }
}
