/// A page that cannot be shown, and why.
enum FaultPage {
    static func html(_ title: String, _ sentence: String, remedy: HTML = "<a href=\"/\">To the overview</a>") -> HTML {
        Frame.outside(title, "<p class=\"fault\" role=\"alert\">\(sentence)</p>\n<p>\(remedy)</p>")
    }

    static let noDatabase = html(
        "The database is away",
        "No figure can be had: the database does not answer. Nothing is lost by that; the page tries again by itself.",
        remedy: "See <code>habeas doctor</code> and the server’s own log."
    )

    static let notFound = html("Not found", "There is no such page, or what it was about does not exist.")
}
