import Outbound
import Rights

/// Reads one call of an `http` connector.
struct HTTPCallSection {
    /// What a call is for, which decides what it can say.
    enum Role: String {
        case lookup, call, collect, poll, verify, cancel, alive
    }

    static let keys = [
        "method", "path", "headers", "content_type", "body", "statuses", "field", "words", "otherwise", "items",
        "match", "id", "next", "next_header", "more", "dataset", "reference", "reference_header", "grace",
        "retry_after", "category", "repeatable",
    ]

    private static let forRole: [Role: Set<String>] = [
        .lookup: ["items", "match", "id", "next"],
        .call: ["field", "words", "otherwise", "reference", "reference_header", "grace", "category", "repeatable"],
        .collect: ["items", "match", "next", "next_header", "more", "dataset"],
        .poll: ["field", "words", "otherwise", "items", "match", "next"],
        .verify: ["field", "words", "otherwise", "items", "match", "next", "category"],
        .cancel: ["field", "words", "otherwise"],
        .alive: [],
    ]
    private static let forAll: Set<String> = [
        "method", "path", "headers", "content_type", "body", "statuses", "retry_after",
    ]

    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

    let role: Role
    let section: YAMLMapping
    /// What there is to be filled in.
    let known: Set<HTTPPlaceholder>

    func read() throws(PolicyFault) -> HTTPDescription.Call {
        let mine = Self.forAll.union(Self.forRole[role] ?? [])
        try section.allow(Self.keys.filter(mine.contains))
        var call = HTTPDescription.Call(try method(), try path())
        call.headers = try Self.headers(section, known)
        call.body = try body(call.method)
        try statuses(&call)
        try words(&call)
        call.items = try place("items")
        call.match = try place("match")
        call.id = try place("id") ?? call.id
        call.next = try place("next")
        call.nextHeader = try name("next_header")
        call.more = try place("more")
        call.dataset = try section.text("dataset")
        call.reference = try place("reference")
        call.referenceHeader = try name("reference_header")
        call.grace = try place("grace")
        call.retryAfter = try section.number("retry_after", 0...86_400)
        call.category = try section.text("category")
        call.isRepeatable = try section.flag("repeatable") ?? false
        try check(call)
        if role == .collect { try checkCopy(call) }
        return call
    }

    // MARK: What is sent

    private func method() throws(PolicyFault) -> String {
        let method = try section.required("method")
        guard Self.methods.contains(method) else {
            throw section.fault("method", "is no method", "use \(Self.methods.joined(separator: ", "))")
        }
        return method
    }

    private func path() throws(PolicyFault) -> HTTPTemplate {
        let places = role == .collect ? known.union([.cursor]) : known
        let template = try Self.template(try section.required("path"), "path", section, places)
        // The peer's own address of its job, which is held against the system's.
        if template.pieces == [.place(.reference)] { return template }
        guard case .text(let start)? = template.pieces.first, start.hasPrefix("/"), !start.hasPrefix("//"),
            template.plain.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !#"{}#\<>"^`|"#.utf8.contains($0) })
        else {
            throw section.fault(
                "path",
                "is no path below the system's URL",
                "begin it with a slash, percent-encode what is written out, and leave placeholders as they are"
            )
        }
        return template
    }

    static func headers(
        _ section: YAMLMapping,
        _ known: Set<HTTPPlaceholder>
    ) throws(PolicyFault) -> [HTTPDescription.Header] {
        guard let list = try section.section("headers") else { return [] }
        var headers: [HTTPDescription.Header] = []
        for name in list.keys {
            guard isName(name) else {
                throw list.fault(name, "is no header that can be set", "use letters, digits and hyphens")
            }
            guard !["authorization", "cookie", "proxy-authorization"].contains(name.lowercased()) else {
                throw list.fault(name, "would hold a secret", "write it under `auth`, as file: or env: reference")
            }
            let value = try template(try list.required(name), name, list, known)
            guard CanonicalText.isOneLine(value.plain) else {
                throw list.fault(name, "holds a control character", "write it on one line")
            }
            headers.append(HTTPDescription.Header(name, value))
        }
        return headers
    }

    /// A header that the HTTP client does not write itself.
    static func isName(_ text: String) -> Bool {
        text.wholeMatch(of: /[A-Za-z0-9-]{1,64}/) != nil && HTTPCall.isName(text) && text.lowercased() != "content-type"
    }

    private func name(_ key: String) throws(PolicyFault) -> String? {
        guard let text = try section.text(key) else { return nil }
        guard text.wholeMatch(of: /[A-Za-z0-9-]{1,64}/) != nil else {
            throw section.fault(key, "is no header's name", "use letters, digits and hyphens")
        }
        return text
    }

    private func body(_ method: String) throws(PolicyFault) -> HTTPDescription.Body? {
        guard section.node("body") != nil else { return nil }
        guard method != "GET", method != "HEAD" else {
            throw section.fault("body", "goes with no \(method)", "take it out, or use another method")
        }
        if section.isScalar("body"), try section.text("content_type") == "form" {
            let template = try Self.template(try section.required("body"), "body", section, known)
            guard template.plain.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw section.fault("body", "is no form", "write name={placeholder}, with & between")
            }
            return .form(template)
        }
        if let type = try section.text("content_type"), type != "json" {
            throw section.fault("content_type", "does not go with this body", "write json, or form and a text")
        }
        let text = section.isScalar("body") ? try section.required("body") : try section.json("body") ?? ""
        let template = try Self.template(text, "body", section, known)
        var sample: [HTTPPlaceholder: String] = [:]
        for placeholder in template.placeholders { sample[placeholder] = "0" }
        let filled = (try? template.filled(sample, as: .json)) ?? ""
        guard JSONScanner.scan(Array(filled.utf8), maximumDepth: 32).fault == nil else {
            throw section.fault(
                "body",
                "is no JSON",
                "write it as YAML, or as JSON text, or say `content_type: form`"
            )
        }
        return .json(template)
    }

    /// A text whose placeholders are all known here.
    static func template(
        _ text: String,
        _ key: String,
        _ section: YAMLMapping,
        _ known: Set<HTTPPlaceholder>
    ) throws(PolicyFault) -> HTTPTemplate {
        guard let template = HTTPTemplate(text) else {
            throw section.fault(
                key,
                "holds an unknown placeholder",
                "use \(HTTPPlaceholder.names.map { "{\($0)}" }.joined(separator: ", "))"
            )
        }
        if let stranger = template.placeholders.subtracting(known).map(\.name).min() {
            throw section.fault(
                key,
                "holds {\(stranger)}, for which there is nothing here",
                known.isEmpty ? "leave it out" : "use \(known.map { "{\($0.name)}" }.sorted().joined(separator: ", "))"
            )
        }
        return template
    }

    // MARK: What replies mean

    private func meaning(_ key: String, _ section: YAMLMapping) throws(PolicyFault) -> HTTPDescription.Meaning {
        guard let meaning: HTTPDescription.Meaning = try SystemFile.word(key, section) else {
            throw section.fault(key, "means nothing", "use \(HTTPDescription.Meaning.words.joined(separator: ", "))")
        }
        // A call that changes something cannot find that something is there; a look-up only finds or does not.
        let wrong: Set<HTTPDescription.Meaning> =
            switch role {
            case .call, .cancel: [.present]
            case .lookup, .collect: [.pending, .done]
            case .alive: [.pending, .present, .absent]
            case .poll, .verify: []
            }
        guard !wrong.contains(meaning) else {
            throw section.fault(key, "cannot mean that here", "use another word of the list")
        }
        return meaning
    }

    private func statuses(_ call: inout HTTPDescription.Call) throws(PolicyFault) {
        guard let list = try section.section("statuses") else { return }
        for key in list.keys {
            let meaning = try meaning(key, list)
            if let status = Int(key), (200...599).contains(status) {
                call.statuses[status] = meaning
            } else if let digit = key.wholeMatch(of: /([2-5])xx/)?.output.1, let first = Int(digit) {
                call.statusClasses[first] = meaning
            } else {
                throw list.fault(key, "is no status", "write 200 to 599, or 2xx to 5xx")
            }
            // Nobody else is meant by what we send.
            if key.hasPrefix("3"), meaning != .refused, meaning != .retry {
                throw list.fault(key, "is a redirect, which is a failure", "write retry or refused")
            }
        }
    }

    private func words(_ call: inout HTTPDescription.Call) throws(PolicyFault) {
        if let text = try section.text("field") {
            call.field = try Self.template(text, "field", section, known)
            try checkPlace(text.replacing(/\{[a-z_]+\}/, with: "x"), "field")
        }
        if let list = try section.section("words") {
            for key in list.keys {
                call.words.append(
                    HTTPDescription.Word(try Self.template(key, key, list, known), try meaning(key, list))
                )
            }
        }
        if section.node("otherwise") != nil { call.otherwise = try meaning("otherwise", section) }
        guard (call.field == nil) == call.words.isEmpty, call.field != nil || call.otherwise == nil else {
            throw section.fault("field", "and words go together", "say where the word stands, and what each means")
        }
    }

    private func place(_ key: String) throws(PolicyFault) -> String? {
        guard let text = try section.text(key) else { return nil }
        try checkPlace(text, key)
        return text
    }

    private func checkPlace(_ text: String, _ key: String) throws(PolicyFault) {
        guard text == "$" || text == "any" || text.wholeMatch(of: /[A-Za-z0-9_@:-]+(\.[A-Za-z0-9_@:-]+)*/) != nil else {
            throw section.fault(
                key,
                "is no place in a reply",
                "write names with dots between: `job.id`; `$` is the whole"
            )
        }
    }

    private func check(_ call: HTTPDescription.Call) throws(PolicyFault) {
        let namesPeople = call.placeholders.contains { $0.isIdentity }
        if call.items != nil, namesPeople, call.match == nil {
            throw section.fault(
                "items",
                "takes whatever the search finds for the person, be it somebody else",
                "name as `match` what in an item has to be the identity; `match: any` where the search finds nobody else"
            )
        }
        if call.next != nil, call.items == nil {
            throw section.fault("next", "turns pages of nothing", "say where the list stands: `items`")
        }
    }

    private func checkCopy(_ call: HTTPDescription.Call) throws(PolicyFault) {
        guard call.method == "GET" || call.method == "POST" else {
            throw section.fault("method", "hands nothing over", "use GET, or POST for a search")
        }
        guard let dataset = call.dataset, dataset.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}/) != nil else {
            throw section.fault(
                "dataset",
                "is missing, or is no plain name of 1 to 63 bytes",
                "say what the records are: `dataset: tickets`"
            )
        }
        guard call.items != nil else {
            throw section.fault(
                "items",
                "is missing",
                "say where the list stands, or the one record; `$` is the whole reply"
            )
        }
        guard call.next == nil || call.nextHeader == nil else {
            throw section.fault("next_header", "and next are two answers to one question", "keep one of them")
        }
        guard call.hasNext || call.more == nil else {
            throw section.fault("more", "goes with no page", "name `next` or `next_header`")
        }
        guard call.isByCursor else { return }
        guard call.hasNext else {
            throw section.fault("path", "holds {cursor}, which is nowhere", "name `next` or `next_header`")
        }
        guard call.path.firstPage != nil else {
            throw section.fault(
                "path",
                "holds {cursor} elsewhere than as the value of one parameter",
                "write it once, as `?after={cursor}` or `&after={cursor}`: the first page is asked for without it"
            )
        }
    }
}
