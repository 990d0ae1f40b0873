/// Looks through a letter and the parts it is made of: every name is a field of this kind of letter, every section is closed, and what
/// may be missing stands only where it is there.
struct TemplateCheck {
    let kind: LetterKind
    let partials: [String: LetterTemplate]

    private struct Open {
        let tag: TemplateTag
        let isInverted: Bool
    }

    func run(_ template: LetterTemplate) throws(PolicyFault) {
        try run(template, outer: [], within: [])
    }

    /// - Parameters:
    ///   - outer: the sections that enclose the part.
    ///   - within: the parts that enclose it, by name.
    private func run(_ template: LetterTemplate, outer: [Open], within: [String]) throws(PolicyFault) {
        var open = outer
        for tag in template.tags {
            func fault(_ fault: String, _ remedy: String) -> PolicyFault {
                PolicyFault(place: "\(template.file) line \(tag.line): \(tag.name)", fault: fault, remedy: remedy)
            }
            switch tag.kind {
            case .partial:
                guard let partial = partials[tag.name] else {
                    throw fault("is no part", "use \(partials.keys.sorted().joined(separator: ", "))")
                }
                guard !within.contains(tag.name) else { throw fault("contains itself", "remove it") }
                try run(partial, outer: open, within: within + [tag.name])
            case .end:
                guard open.count > outer.count, open.removeLast().tag.name == tag.name else {
                    throw fault("ends another section than the last that began", "correct the order")
                }
            case .section, .inverted:
                if try known(tag, in: open, fault) == nil {
                    throw fault("is a value of a list", "use it as {{\(tag.name)}}")
                }
                open.append(Open(tag: tag, isInverted: tag.kind == .inverted))
            case .value:
                guard let field = try known(tag, in: open, fault) else { continue }
                switch field.shape {
                case .flag: throw fault("is a flag", "write {{#\(tag.name)}}…{{/\(tag.name)}}")
                case .list: throw fault("is a list", "write {{#\(tag.name)}}…{{/\(tag.name)}} with its fields inside")
                case .text, .date, .link: break
                }
                if kind.required.contains(field) || isThere(tag.name, in: open) { continue }
                throw fault("is not always there", "write {{#\(tag.name)}}…{{\(tag.name)}}…{{/\(tag.name)}}")
            }
        }
        if open.count > outer.count, let last = open.last {
            throw PolicyFault(
                place: "\(template.file) line \(last.tag.line): \(last.tag.name)",
                fault: "begins a section that does not end",
                remedy: "write {{/\(last.tag.name)}}"
            )
        }
    }

    private func isThere(_ name: String, in open: [Open]) -> Bool {
        open.contains { !$0.isInverted && $0.tag.name == name }
    }

    /// The field of a name, or nil for one of an item. An item's own may be used as a section only if it is not always there.
    private func known(
        _ tag: TemplateTag,
        in open: [Open],
        _ fault: (String, String) -> PolicyFault
    ) throws(PolicyFault) -> LetterField? {
        if let field = LetterField(rawValue: tag.name) {
            guard kind.fields.contains(field) else {
                throw fault(
                    "is no field of the letter \(kind.rawValue)",
                    "use \(kind.fields.map(\.rawValue).sorted().joined(separator: ", "))"
                )
            }
            return field
        }
        for section in open.reversed() where !section.isInverted {
            guard let list = LetterField(rawValue: section.tag.name),
                let item = list.items.first(where: { $0.name == tag.name })
            else { continue }
            if tag.kind != .value { return item.isAlways ? nil : list }
            guard item.isAlways || isThere(tag.name, in: open) else {
                throw fault("is not always there", "write {{#\(tag.name)}}…{{\(tag.name)}}…{{/\(tag.name)}}")
            }
            return nil
        }
        throw fault(
            "is not a field",
            "use \(kind.fields.map(\.rawValue).sorted().joined(separator: ", "))"
        )
    }
}
