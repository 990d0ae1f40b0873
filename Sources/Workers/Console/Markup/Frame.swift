import FoundationEssentials

/// What stands around every page.
struct Frame {
    /// The parts of the console, as the navigation names them.
    enum Place: String, CaseIterable {
        case overview = "/"
        case cases = "/cases"
        case deadlines = "/deadlines"
        case targets = "/targets"
        case incidents = "/incidents"
        case parked = "/parked"

        var title: String {
            switch self {
            case .overview: "Overview"
            case .cases: "Cases"
            case .deadlines: "Deadlines"
            case .targets: "Targets"
            case .incidents: "Incidents"
            case .parked: "Parked"
            }
        }
    }

    /// Who looks, and how.
    struct Viewer {
        let name: String
        /// Proves that a form came from one of their pages.
        let formToken: String
        /// Nil where they have stopped it.
        let refresh: Duration?
        /// The path and query that they look at.
        let address: String
    }

    static func page(_ page: Page, for viewer: Viewer) -> HTML {
        let reload: HTML? = viewer.refresh.map { every in
            let address = viewer.address + (viewer.address.contains("?") ? "&" : "?") + Frame.automatic
            return "<meta http-equiv=\"refresh\" content=\"\(Int(every / .seconds(1)));url=\(address)\">\n"
        }
        let links = Place.allCases.map { place -> HTML in
            let current: HTML = place == page.place ? " aria-current=\"page\"" : ""
            return "<li><a href=\"\(place.rawValue)\"\(current)>\(place.title)</a></li>"
        }
        let refreshing: HTML =
            viewer.refresh.map { "every \(Int($0 / .seconds(1))) s" } ?? "off"
        let offer = viewer.refresh == nil ? "Refresh again" : "Stop refreshing"
        return document(
            title: page.title,
            head: reload,
            """
            <a class="skip" href="#content">Skip to the content</a>
            <header class="top">
            <p class="brand">Habeas <span>console</span></p>
            <nav aria-label="Parts of the console"><ul>\(links)</ul></nav>
            <div class="viewer">
            <form method="post" action="/refresh"><input type="hidden" name="form" value="\(viewer.formToken)">\
            <input type="hidden" name="back" value="\(viewer.address)">\
            <input type="hidden" name="refresh" value="\(viewer.refresh == nil ? "on" : "off")">\
            <span>Refresh: \(refreshing)</span> <button type="submit">\(offer)</button></form>
            <form method="post" action="/logout"><input type="hidden" name="form" value="\(viewer.formToken)">\
            <span>\(viewer.name)</span> <button type="submit">Log out</button></form>
            </div>
            </header>
            <main id="content" tabindex="-1">
            <h1>\(page.title)</h1>
            \(page.body)
            </main>
            <footer><p>As of \(Moment.html(page.at)) UTC\(page.isPlay ? ", the time of a play database" : ""). \
            The console only reads; act with <code>habeas</code>.</p></footer>
            """
        )
    }

    /// A page for somebody who is not logged in.
    static func outside(_ title: String, _ body: HTML) -> HTML {
        document(
            title: title,
            head: nil,
            """
            <a class="skip" href="#content">Skip to the content</a>
            <header class="top"><p class="brand">Habeas <span>console</span></p></header>
            <main id="content" tabindex="-1" class="narrow">
            <h1>\(title)</h1>
            \(body)
            </main>
            <footer><p>For the operators of this installation.</p></footer>
            """
        )
    }

    /// What the address of a page has that loaded itself: such a load does not count as somebody being there.
    static let automatic = "auto=1"

    private static func document(title: String, head: HTML?, _ body: HTML) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title) – Habeas console</title>
        <link rel="stylesheet" href="/console.css">
        <link rel="icon" href="/icon.svg" type="image/svg+xml">
        \(optional: head)</head>
        <body>
        \(body)
        </body>
        </html>

        """
    }
}
