import Mustache
import Rights

/// The letters of one language, with a profile's own in place of the common ones.
struct LetterEdition: Sendable {
    let phrasebook: Phrasebook
    private let templates: [LetterKind: LetterTemplate]
    /// What each may use, worked out once.
    private let fields: [LetterKind: (all: Set<LetterField>, required: Set<LetterField>)]
    private let library: MustacheLibrary
    private let frame: LetterFrame

    /// - Throws: ``PolicyFault`` for a template that names what is not there.
    init(
        phrasebook: Phrasebook,
        templates: [LetterKind: LetterTemplate],
        partials: [String: LetterTemplate],
        frame: LetterFrame
    ) throws(PolicyFault) {
        self.phrasebook = phrasebook
        self.templates = templates
        fields = Dictionary(
            uniqueKeysWithValues: templates.keys.map { ($0, (all: $0.fields, required: $0.required)) }
        )
        self.frame = frame
        var library = MustacheLibrary()
        for (kind, template) in templates {
            try TemplateCheck(kind: kind, partials: partials).run(template)
            library.register(try Self.compiled(template), named: "letter/\(kind.rawValue)")
        }
        for (name, partial) in partials { library.register(try Self.compiled(partial), named: name) }
        self.library = library
    }

    /// A template's words are plain text in both forms, and HTML is escaped as a whole afterwards. The engine goes back to HTML in every
    /// part, so each says it again.
    private static func compiled(_ template: LetterTemplate) throws(PolicyFault) -> MustacheTemplate {
        do {
            return try MustacheTemplate(string: "{{% CONTENT_TYPE: TEXT }}\n" + template.body)
        } catch {
            throw PolicyFault(
                place: template.file,
                fault: "cannot be read as a template",
                remedy: "look for a tag that is not closed"
            )
        }
    }

    /// Writes a letter.
    func letter(_ kind: LetterKind, words: LetterWords, route: ComplaintRoute) throws(LetterFault) -> Letter {
        var values: [String: Any] = [:]
        var links = route.bodies.compactMap(\.url)
        let (fields, required) = fields[kind] ?? (kind.fields, kind.required)
        for field in fields {
            let value = words.value(of: field, in: phrasebook, route: route)
            guard let value, !value.isMissing else {
                guard !required.contains(field) else {
                    throw LetterFault(kind: kind, field: field, fault: "is missing", remedy: "give it")
                }
                continue
            }
            switch value {
            case .text(let text):
                if field.shape == .link, !PrintableText.isLink(text) {
                    throw LetterFault(
                        kind: kind,
                        field: field,
                        fault: "is not an http or https link of 900 plain characters at most",
                        remedy: "give one"
                    )
                }
                if field.shape == .link || field == .clientContact && PrintableText.isLink(text) {
                    links.append(text)
                }
                values[field.rawValue] = text
            case .flag(let isOn): values[field.rawValue] = isOn
            case .list(let items): values[field.rawValue] = items.map { $0.filter { !$0.value.isEmpty } }
            }
        }
        try check(kind, values)
        guard let template = templates[kind],
            let rendered = library.render(Fields(values: values), withTemplate: "letter/\(kind.rawValue)")
        else { throw LetterFault(kind: kind, field: .reference, fault: "has no template", remedy: "add it") }
        let subject = template.subject(reference: LetterWords.shortReference(words.caseID))
        let layout = LetterLayout(rendered)
        return Letter(
            subject: subject,
            text: layout.text(links: links),
            html: frame.document(
                title: subject,
                locale: phrasebook.locale,
                body: layout.html(links: links)
            ),
            locale: phrasebook.locale
        )
    }

    /// A type of its own for the engine, which asks every value that it looks into what it is: of a dictionary that takes longer than
    /// all the rest.
    private struct Fields: MustacheParent {
        let values: [String: Any]

        func child(named name: String) -> Any? { values[name] }
    }

    /// What one field alone does not show.
    private func check(_ kind: LetterKind, _ values: [String: Any]) throws(LetterFault) {
        func fault(_ field: LetterField, _ fault: String, _ remedy: String) -> LetterFault {
            LetterFault(kind: kind, field: field, fault: fault, remedy: remedy)
        }
        func has(_ field: LetterField) -> Bool { values[field.rawValue] != nil }
        switch kind {
        case .notice:
            // Without one of these the notice would not say who has the request (K3).
            guard has(.passedOn) || has(.passingOn) || has(.notPassedOn) || has(.clientUnknown) else {
                throw fault(.clientUnknown, "and its likes are missing", "set `referral`")
            }
            guard has(.client) || has(.clientUnknown) else {
                throw fault(.client, "is missing", "give it, or set `referral` to `clientUnknown`")
            }
        case .clientAnswer:
            guard LetterField.outcomes.contains(where: has) else {
                throw fault(.caseDone, "and its likes are missing", "set `outcome`")
            }
        default: break
        }
        // Every part tells why (Y2).
        for part in values[LetterField.parts.rawValue] as? [[String: String]] ?? [] {
            guard part["what"] != nil, part["why"] != nil else {
                throw fault(.parts, "hold one without a name or a reason", "give both")
            }
        }
    }
}
