import Rights

/// The body of a fact as people read it: `name value`, names and numbers as they are.
package enum FactNote {
    /// - Parameter members: those to say, where not all of them may be.
    package static func words(_ body: String, of members: Set<String>? = nil) -> String {
        let (document, fault) = JSONScanner.scan(Array(body.utf8), maximumDepth: 16)
        guard fault == nil, document.kind(0) == .object else { return members == nil ? body : "" }
        var parts: [String] = []
        var index = 1
        while index < document.after(0) {
            let value = index + 1
            let name = document.string(index)
            if members?.contains(name) ?? true, let text = document.word(value) { parts.append("\(name) \(text)") }
            index = document.after(value)
        }
        return parts.joined(separator: ", ")
    }

    /// Members that hold ids, dates, numbers and words of closed lists; never what a person has written.
    package static let plain: Set<String> = [
        "answer_by", "api_version", "article", "attempts", "aware_at", "bytes", "cause", "client", "clients", "clock",
        "done",
        "due_after", "due_at", "due_before", "effect", "excluded", "expires_at", "export", "fetchable", "interim",
        "kept_until",
        "level", "list", "number", "operation", "outcome", "phase", "profile", "profile_version", "publisher",
        "received_at",
        "regulation", "review", "right", "role", "rows", "rule", "state", "status", "system", "target", "until",
        "verify_after",
        "version",
    ]
}

extension JSONDocument {
    /// A value in few words; nil for what only a program wants to read whole.
    fileprivate func word(_ index: Int) -> String? {
        switch kind(index) {
        case .object, .null: nil
        case .array: words(index)
        case .true: "yes"
        case .false: "no"
        case .string: shortened(string(index))
        case .number: integer(index).map(String.init) ?? String(double(index))
        }
    }

    private func words(_ index: Int) -> String? {
        var words: [String] = []
        var item = index + 1
        while item < after(index) {
            if let word = word(item) { words.append(word) }
            item = after(item)
        }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    /// A digest is told from another by its beginning.
    private func shortened(_ text: String) -> String {
        text.utf8.count == 64 && text.allSatisfy(\.isHexDigit) ? "\(text.prefix(12))…" : text
    }
}
