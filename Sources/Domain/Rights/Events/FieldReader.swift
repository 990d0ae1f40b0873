import FoundationEssentials

/// Reads one object by its shape: finds the declared members, checks what must hold between them, converts each on
/// demand, and notes the names nobody declared.
///
/// Members with the value `null` count as absent. The getters take the declared name and check by the declared rule, so
/// that a limit is written in one place.
package struct FieldReader {
    static let capacity = 32
    /// Fields named in warnings, at most.
    static let maximumWarnings = 32

    let document: JSONDocument
    let shape: Shape
    let terms: Terms
    private(set) var warnings: [String] = []
    private var slots = InlineArray<32, Int32>(repeating: -1)
    private var cursor = 0

    /// Under which terms values are accepted.
    struct Terms {
        let now: Date
        /// What comes from our own store was checked when it came in; only its form counts.
        let isStored: Bool
    }

    init(_ document: JSONDocument, at index: Int, shape: Shape, terms: Terms) throws(EventFault) {
        self.document = document
        self.shape = shape
        self.terms = terms
        guard document.kind(index) == .object else {
            throw EventFault(.wrongType, at: "", remedy: "Send a JSON object.")
        }
        try match(index)
        try checkPresence()
    }

    private mutating func match(_ index: Int) throws(EventFault) {
        let end = document.after(index)
        var key = index + 1
        var guess = 0
        while key < end {
            let value = key + 1
            if let slot = position(ofKey: key, from: guess) {
                guess = slot + 1
                if !isAbsent(value, shape.fields[slot]) { slots[slot] = Int32(value) }
            } else {
                warn(Self.printable(document.string(key)))
            }
            key = document.after(value)
        }
    }

    /// Null says nothing; neither does, in a field that may be left out, a text or a list with nothing in it.
    private func isAbsent(_ value: Int, _ rule: FieldRule) -> Bool {
        switch (document.kind(value), rule.type) {
        case (.null, _): true
        case (.array, .list): !rule.isRequired && document.count(value) == 0
        case (_, .list), (_, .choice), (_, .time), (_, .id): false
        case (.string, _): !rule.isRequired && document.isEmpty(value)
        default: false
        }
    }

    private func position(ofKey key: Int, from guess: Int) -> Int? {
        let count = shape.fields.count
        for step in 0..<count {
            let slot = guess + step < count ? guess + step : guess + step - count
            if document.equals(key, shape.fields[slot].bytes) { return slot }
        }
        return nil
    }

    // MARK: Presence

    private func checkPresence() throws(EventFault) {
        for (slot, rule) in shape.fields.enumerated() where rule.isRequired && slots[slot] < 0 {
            throw EventFault(.missing, at: rule.name, remedy: "Add \(rule.name): \(rule.type.expectation)")
        }
        for constraint in shape.constraints {
            switch constraint {
            case .exactlyOne(let names):
                try atLeastOne(names)
                try atMostOne(names)
            case .atMostOne(let names): try atMostOne(names)
            case .atLeastOne(let names): try atLeastOne(names)
            case .requires(let names, let field, let word):
                guard let index = index(field), document.kind(index) == .string,
                    document.string(index) == word
                else { continue }
                for name in names where !has(name) {
                    throw EventFault(
                        .missing,
                        at: name,
                        remedy: "Add \(name); it is required when \(field) is \(word)."
                    )
                }
            }
        }
    }

    private func atLeastOne(_ names: [String]) throws(EventFault) {
        guard !names.contains(where: has) else { return }
        throw EventFault(.missing, at: names[0], remedy: "Give \(names.joined(separator: " or ")).")
    }

    private func atMostOne(_ names: [String]) throws(EventFault) {
        let given = names.filter(has)
        guard given.count > 1 else { return }
        throw EventFault(.conflict, at: given[1], remedy: "Give only one of \(names.joined(separator: ", ")).")
    }

    func has(_ name: String) -> Bool { index(name) != nil }

    private func index(_ name: String) -> Int? {
        guard let slot = shape.fields.firstIndex(where: { $0.name == name }), slots[slot] >= 0 else { return nil }
        return Int(slots[slot])
    }

    /// The rule of a field and where its value is. Fields are mostly asked for in declared order.
    mutating func find(_ name: String) -> (type: FieldType, index: Int?) {
        let count = shape.fields.count
        for step in 0..<count {
            let slot = cursor + step < count ? cursor + step : cursor + step - count
            if shape.fields[slot].name == name {
                cursor = slot + 1
                return (shape.fields[slot].type, slots[slot] < 0 ? nil : Int(slots[slot]))
            }
        }
        preconditionFailure("The shape declares no field \(name)")
    }

    // MARK: Warnings

    mutating func warn(_ path: String) {
        if warnings.count < Self.maximumWarnings, !terms.isStored { warnings.append(path) }
    }

    mutating func adopt(_ inner: [String], within name: String) {
        for path in inner { warn("\(name).\(path)") }
    }

    /// A name as it may be repeated to people: only if it looks like one a programmer chose.
    static func printable(_ name: String) -> String {
        let utf8 = name.utf8
        let isIdentifier =
            (1...64).contains(utf8.count)
            && utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")) ~= byte || (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= byte
                    || byte == UInt8(ascii: "_")
            }
            && (UInt8(ascii: "a")...UInt8(ascii: "z")) ~= utf8[utf8.startIndex]
        return isIdentifier ? name : "(unnamed)"
    }
}
