import FoundationEssentials
package import Rights

/// Where to complain, by country and law, as `authorities.yaml` says.
package struct AuthorityList: Sendable {
    /// The members of the EU and the EEA, with the parts of them that have codes of their own.
    private let eea: [String: ComplaintRoute]
    private let elsewhere: [String: ComplaintRoute]
    private let byRegulation: [Regulation: ComplaintRoute]
    private let fallback: ComplaintRoute

    /// Reads the list. `path` is named in faults only.
    package init(_ text: String, path: String) throws(PolicyFault) {
        let file = try YAMLMapping(text: text, path: path)
        try file.allow(["eea", "elsewhere", "regulations", "default"])
        let eea = try Self.routes(file, "eea", known: [:], isKey: Self.isCountry)
        let elsewhere = try Self.routes(file, "elsewhere", known: eea, isKey: Self.isCountry)
        let places = eea.merging(elsewhere) { first, _ in first }
        let laws = try Self.routes(file, "regulations", known: places) { Regulation(rawValue: $0) != nil }
        guard let section = try file.section("default") else {
            throw file.fault("default", "is missing", "write what holds where nothing else is known")
        }
        self.eea = eea
        self.elsewhere = elsewhere
        byRegulation = Dictionary(
            uniqueKeysWithValues: laws.compactMap { key, route in Regulation(rawValue: key).map { ($0, route) } }
        )
        fallback = try Self.route(section)
    }

    /// Where a person in `country` may complain about a case under `regulation`. A law that has one place of its own leads there;
    /// else the country does, first its part (`US-CA`), then the whole.
    package func authority(country: String?, regulation: Regulation) -> ComplaintRoute {
        let codes = country.map { [$0, String($0.prefix(2))] } ?? []
        func first(_ routes: [String: ComplaintRoute]) -> ComplaintRoute? {
            codes.lazy.compactMap { routes[$0] }.first
        }
        switch regulation {
        case .gdpr: return first(eea) ?? byRegulation[.gdpr] ?? fallback
        default: return byRegulation[regulation] ?? first(eea) ?? first(elsewhere) ?? fallback
        }
    }

    /// The countries of the EU and the EEA that are listed.
    package var europeanCountries: [String] { eea.keys.sorted() }

    private static func isCountry(_ key: String) -> Bool { Country.normalise(key) == key }

    private static func routes(
        _ file: YAMLMapping,
        _ name: String,
        known: [String: ComplaintRoute],
        isKey: (String) -> Bool
    ) throws(PolicyFault) -> [String: ComplaintRoute] {
        guard let section = try file.section(name) else { throw file.fault(name, "is missing", "add it") }
        var routes: [String: ComplaintRoute] = [:]
        for key in section.keys {
            guard isKey(key) else {
                throw section.fault(
                    key,
                    "is no code known here",
                    "write an ISO 3166 code, or a regulation under `regulations`"
                )
            }
            if section.isScalar(key) {
                // The same as another, that stands before it.
                let other = try section.required(key)
                guard let same = routes[other] ?? known[other] else {
                    throw section.fault(key, "points to a place that is not above it", "name one that is")
                }
                routes[key] = same
            } else if let entry = try section.section(key) {
                routes[key] = try route(entry)
            }
        }
        return routes
    }

    private static func route(_ entry: YAMLMapping) throws(PolicyFault) -> ComplaintRoute {
        try entry.allow(["name", "url", "postal", "bodies", "note"])
        var bodies: [ComplaintRoute.Body] = []
        if entry.keys.contains("name") { bodies.append(try body(entry)) }
        for section in try entry.sections("bodies") {
            try section.allow(["name", "url", "postal"])
            bodies.append(try body(section))
        }
        let note = try localised(entry, "note")
        guard !bodies.isEmpty || note != nil else {
            throw entry.fault("name", "is missing", "write a name, `bodies`, or a `note`")
        }
        return ComplaintRoute(bodies: bodies, note: note)
    }

    private static func body(_ entry: YAMLMapping) throws(PolicyFault) -> ComplaintRoute.Body {
        guard let name = try localised(entry, "name") else { throw entry.fault("name", "is missing", "add it") }
        let url = try entry.text("url")
        if let url, !url.hasPrefix("https://") || !PrintableText.isLink(url) {
            throw entry.fault("url", "is not an https:// link", "correct it, or leave it out")
        }
        let postal = try entry.text("postal")
        if let postal, !TemplateText.isPlain(postal) {
            throw entry.fault("postal", "holds control characters", "write it in one line")
        }
        return ComplaintRoute.Body(name: name, url: url, postal: postal)
    }

    /// A text for all languages, or one for each of some, English among them.
    private static func localised(_ entry: YAMLMapping, _ key: String) throws(PolicyFault) -> LocalisedText? {
        guard entry.keys.contains(key) else { return nil }
        var texts: [String: String] = [:]
        if entry.isScalar(key) {
            texts["en"] = try entry.required(key)
        } else if let section = try entry.section(key) {
            for locale in section.keys { texts[locale] = try section.required(locale) }
            guard texts["en"] != nil else { throw entry.fault(key, "has no English words", "add `en`") }
        }
        guard texts.values.allSatisfy(TemplateText.isPlain) else {
            throw entry.fault(key, "holds control characters", "write plain words in one line")
        }
        return LocalisedText(texts)
    }
}
