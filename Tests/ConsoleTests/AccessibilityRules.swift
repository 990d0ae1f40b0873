import Foundation

/// What a page has to be for people who do not see it, or use no pointer; and what a strict policy demands. After the rules of axe.
enum AccessibilityRules {
    static func faults(_ page: HTMLDocument) -> [String] {
        structure(page) + names(page) + forms(page) + tables(page) + references(page) + policy(page)
    }

    private static func structure(_ page: HTMLDocument) -> [String] {
        var faults: [String] = []
        if page.root.name != "html" || (page.root.attributes["lang"] ?? "").isEmpty { faults.append("no lang") }
        if page.named("title").filter({ !$0.text.isEmpty }).count != 1 { faults.append("no title") }
        for landmark in ["main", "footer", "h1"] where page.named(landmark).count != 1 {
            faults.append("\(page.named(landmark).count) of \(landmark)")
        }
        if page.named("header").count != 1 { faults.append("no header") }
        var level = 0
        for heading in page.named("h1", "h2", "h3", "h4", "h5", "h6") {
            let own = Int(heading.name.dropFirst()) ?? 0
            if own > level + 1 { faults.append("\(heading.name) after h\(level): \(heading.text)") }
            if heading.text.isEmpty { faults.append("an empty heading") }
            level = own
        }
        for nav in page.named("nav") where (nav.attributes["aria-label"] ?? "").isEmpty {
            faults.append("a nav without name")
        }
        // All that is shown stands in a landmark.
        for element in page.named("p", "table", "form", "section", "ul")
        where !["main", "header", "footer", "nav"].contains(where: element.isInside) {
            faults.append("\(element.name) outside of every landmark")
        }
        for list in page.named("ul", "ol") where list.children.contains(where: { $0.name != "li" }) {
            faults.append("a list with more than items")
        }
        for list in page.named("dl")
        where list.all.filter({ $0.name == "dt" }).count != list.all.filter({ $0.name == "dd" }).count {
            faults.append("a description without its name")
        }
        if !page.named("a").contains(where: { $0.attributes["href"] == "#content" }) { faults.append("no skip link") }
        return faults
    }

    private static func names(_ page: HTMLDocument) -> [String] {
        var faults: [String] = []
        for element in page.named("a", "button", "summary", "figcaption") where element.text.isEmpty {
            faults.append("\(element.name) without words")
        }
        for drawing in page.named("svg") where drawing.attributes["aria-hidden"] != "true" {
            if drawing.attributes["role"] != "img" || drawing.attributes["aria-labelledby"] == nil {
                faults.append("a drawing without name")
            }
            if !drawing.isInside("figure") { faults.append("a drawing without its figure") }
        }
        for figure in page.named("figure") where !figure.all.contains(where: { $0.name == "details" }) {
            faults.append("a figure that is told in no table")
        }
        for region in page.all
        where region.attributes["role"] == "region" && (region.attributes["aria-label"] ?? "").isEmpty {
            faults.append("a region without name")
        }
        return faults
    }

    private static func forms(_ page: HTMLDocument) -> [String] {
        let labels = Set(page.named("label").filter { !$0.text.isEmpty }.compactMap { $0.attributes["for"] })
        return page.named("input", "select", "textarea").filter { $0.attributes["type"] != "hidden" }.compactMap {
            field in
            labels.contains(field.attributes["id"] ?? "")
                ? nil : "\(field.name) \(field.attributes["name"] ?? "") without label"
        }
    }

    private static func tables(_ page: HTMLDocument) -> [String] {
        page.named("table").flatMap { table -> [String] in
            var faults: [String] = []
            let caption = table.children.first
            if caption?.name != "caption" || caption?.text.isEmpty ?? true { faults.append("a table without caption") }
            let heads = table.all.filter { $0.name == "th" }
            for head in heads where !["col", "row"].contains(head.attributes["scope"] ?? "") {
                faults.append("a heading without scope in \(caption?.text ?? "")")
            }
            let rows = table.all.filter { $0.name == "tr" }.map { $0.children.count }
            if Set(rows).count > 1 { faults.append("rows of several lengths in \(caption?.text ?? "")") }
            return faults
        }
    }

    private static func references(_ page: HTMLDocument) -> [String] {
        var faults: [String] = []
        let ids = page.all.compactMap { $0.attributes["id"] }
        for id in Set(ids) where ids.filter({ $0 == id }).count > 1 { faults.append("the id \(id) twice") }
        for element in page.all {
            for name in ["aria-labelledby", "aria-describedby", "for"] {
                for id in (element.attributes[name] ?? "").split(separator: " ") where !ids.contains(String(id)) {
                    faults.append("\(name) of nothing: \(id)")
                }
            }
            if let link = element.attributes["href"], link.hasPrefix("#"), !ids.contains(String(link.dropFirst())) {
                faults.append("a link to nothing: \(link)")
            }
            if let index = element.attributes["tabindex"], (Int(index) ?? 1) > 0 {
                faults.append("an order of its own")
            }
        }
        return faults
    }

    /// No script, no style but the stylesheet, nothing from elsewhere.
    private static func policy(_ page: HTMLDocument) -> [String] {
        var faults = page.named("script", "style", "iframe", "object", "base").map { "<\($0.name)>" }
        for element in page.all {
            for (name, value) in element.attributes {
                if name.hasPrefix("on") || name == "style" { faults.append("\(name) on \(element.name)") }
                let isOwn = value.hasPrefix("/") && !value.hasPrefix("//") || value.hasPrefix("#")
                if ["href", "src", "action"].contains(name), !isOwn {
                    faults.append("\(name) to elsewhere: \(value)")
                }
            }
        }
        return faults
    }
}
