import Yams

/// A mapping of a script, read strictly: keys that do not belong there are faults, and every fault names place and key.
struct ScriptMapping {
    /// `FILE line 3: acme`, or the name of the script alone.
    private let place: String
    private let section: String?
    private var values: [String: Node] = [:]
    private(set) var keys: [String] = []

    /// - Parameter section: the part before the dot of the keys that stand here.
    init(_ node: Node, place: String, section: String? = nil) throws(ScriptFault) {
        self.place = place
        self.section = section
        guard case .mapping(let mapping) = node else {
            throw ScriptFault(place, "is not a mapping", "write `key: value` pairs")
        }
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            keys.append(name)
            values[name] = value
        }
    }

    /// Refuses every key that is neither among these nor the name of one of their sections.
    func allow(_ known: [ScriptKey]) throws(ScriptFault) {
        var names: [String] = []
        for key in known {
            let name = key.section == section ? key.name : key.section ?? key.name
            if !names.contains(name) { names.append(name) }
        }
        for key in keys where !names.contains(key) {
            throw ScriptFault("\(place): \(key)", "is not a key here", "use \(names.sorted().joined(separator: ", "))")
        }
    }

    func fault(_ key: ScriptKey, _ fault: String, _ remedy: String) -> ScriptFault {
        ScriptFault("\(place): \(key.name)", fault, remedy)
    }

    func has(_ key: ScriptKey) -> Bool { values[key.name] != nil }

    func text(_ key: ScriptKey) throws(ScriptFault) -> String? {
        guard let value = values[key.name] else { return nil }
        guard case .scalar(let scalar) = value else {
            throw fault(key, "is not a single value", "write `\(key.name): value`")
        }
        return scalar.string
    }

    func number(_ key: ScriptKey, _ range: ClosedRange<Int>) throws(ScriptFault) -> Int? {
        guard let text = try text(key) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw fault(key, "is not a number from \(range.lowerBound) to \(range.upperBound)", "write one")
        }
        return number
    }

    func share(_ key: ScriptKey) throws(ScriptFault) -> Double? {
        guard let text = try text(key) else { return nil }
        guard let share = Double(text), (0...1).contains(share) else {
            throw fault(key, "is not a share from 0 to 1", "write for instance 0.25")
        }
        return share
    }

    func flag(_ key: ScriptKey) throws(ScriptFault) -> Bool? {
        guard let text = try text(key) else { return nil }
        guard text == "true" || text == "false" else {
            throw fault(key, "is neither true nor false", "write one of them")
        }
        return text == "true"
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: ScriptKey,
        _: Choice.Type
    ) throws(ScriptFault) -> Choice? {
        guard let text = try text(key) else { return nil }
        let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        guard let choice = Choice(rawValue: text) else {
            throw fault(key, "is not one of \(known)", "write one of them")
        }
        return choice
    }

    func texts(_ key: ScriptKey) throws(ScriptFault) -> [String]? {
        guard let value = values[key.name] else { return nil }
        guard case .sequence(let sequence) = value else { throw fault(key, "is not a list", "write `- value` lines") }
        var texts: [String] = []
        for item in sequence {
            guard let text = item.scalar?.string else {
                throw fault(key, "holds something that is no single value", "write `- value` lines")
            }
            texts.append(text)
        }
        return texts
    }

    func mapping(_ name: String, section: String? = nil) throws(ScriptFault) -> ScriptMapping? {
        guard let value = values[name] else { return nil }
        return try ScriptMapping(value, place: "\(place): \(name)", section: section)
    }

    func mappings(_ key: ScriptKey) throws(ScriptFault) -> [ScriptMapping] {
        guard let value = values[key.name] else { return [] }
        guard case .sequence(let sequence) = value else { throw fault(key, "is not a list", "write a list of steps") }
        var mappings: [ScriptMapping] = []
        for (index, item) in sequence.enumerated() {
            mappings.append(try ScriptMapping(item, place: "\(place): \(key.name) \(index + 1)", section: key.name))
        }
        return mappings
    }
}
