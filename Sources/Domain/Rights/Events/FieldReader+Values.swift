import FoundationEssentials

extension FieldReader {
    // MARK: Optional values

    mutating func string(_ name: String) throws(EventFault) -> String? {
        let (type, index) = find(name)
        guard let index else { return nil }
        return try text(index, type, name)
    }

    mutating func choice<Word: ClosedList>(_ name: String) throws(EventFault) -> Word? {
        guard let index = find(name).index else { return nil }
        return try word(index, name)
    }

    mutating func time(_ name: String) throws(EventFault) -> Date? {
        let (type, index) = find(name)
        guard let index else { return nil }
        guard document.kind(index) == .string else { throw wrongType(name, type) }
        guard let time = EventTime.parse(document.string(index)) else {
            throw EventFault(.badTime, at: name, remedy: EventTime.remedy)
        }
        guard !terms.isStored, case .time(let rule) = type else { return time }
        return try EventTime.admit(time, rule, now: terms.now, name)
    }

    mutating func flag(_ name: String) throws(EventFault) -> Bool? {
        let (type, index) = find(name)
        guard let index else { return nil }
        switch document.kind(index) {
        case .true: return true
        case .false: return false
        default: throw wrongType(name, type)
        }
    }

    mutating func count(_ name: String) throws(EventFault) -> Int? {
        let (type, index) = find(name)
        guard let index else { return nil }
        guard document.kind(index) == .number, case .count(let range) = type else { throw wrongType(name, type) }
        guard let value = document.integer(index) else {
            let isWhole = document.double(index).rounded() == document.double(index)
            throw EventFault(isWhole ? .outOfRange : .wrongType, at: name, remedy: "Send \(type.expectation)")
        }
        guard range.contains(Int(value)) else {
            throw EventFault(.outOfRange, at: name, remedy: "Send \(type.expectation)")
        }
        return Int(value)
    }

    mutating func amount(_ name: String) throws(EventFault) -> Double? {
        let (type, index) = find(name)
        guard let index else { return nil }
        guard document.kind(index) == .number else { throw wrongType(name, type) }
        let value = document.double(index)
        guard 0...1e12 ~= value else { throw EventFault(.outOfRange, at: name, remedy: "Send \(type.expectation)") }
        return value
    }

    mutating func id(_ name: String) throws(EventFault) -> UUID? {
        let (type, index) = find(name)
        guard let index else { return nil }
        guard document.kind(index) == .string else { throw wrongType(name, type) }
        guard let id = UUID(uuidString: document.string(index)) else {
            throw EventFault(.badFormat, at: name, remedy: "Send \(type.expectation)")
        }
        return id
    }

    mutating func object<Object: FieldObject>(_ name: String) throws(EventFault) -> Object? {
        guard let index = find(name).index else { return nil }
        return try object(index, name)
    }

    // MARK: Lists

    mutating func objects<Object: FieldObject>(_ name: String) throws(EventFault) -> [Object] {
        try list(name) { reader, index, place throws(EventFault) in try reader.object(index, place()) }
    }

    mutating func strings(_ name: String) throws(EventFault) -> [String] {
        guard case .list(let element, _) = find(name).type else {
            preconditionFailure("\(name) is not declared as a list")
        }
        return try list(name) { reader, index, place throws(EventFault) in
            guard let text = try reader.text(index, element, place()) else {
                throw EventFault(.empty, at: place(), remedy: "Leave the item out, or send \(element.expectation)")
            }
            return text
        }
    }

    mutating func choices<Word: ClosedList>(_ name: String) throws(EventFault) -> [Word] {
        try list(name) { reader, index, place throws(EventFault) in try reader.word(index, place()) }
    }

    private mutating func list<Item>(
        _ name: String,
        _ read: (inout FieldReader, Int, () -> String) throws(EventFault) -> Item
    ) throws(EventFault) -> [Item] {
        let (type, index) = find(name)
        guard let index else { return [] }
        guard document.kind(index) == .array, case .list(_, let range) = type else { throw wrongType(name, type) }
        let count = document.count(index)
        if !terms.isStored {
            if count > range.upperBound {
                throw EventFault(.tooMany, at: name, remedy: "Send at most \(range.upperBound) items.")
            }
            if count < range.lowerBound {
                throw EventFault(.tooFew, at: name, remedy: "Send at least \(range.lowerBound).")
            }
        }
        var items: [Item] = []
        items.reserveCapacity(count)
        var element = index + 1
        for position in 0..<count {
            items.append(try read(&self, element) { "\(name)[\(position)]" })
            element = document.after(element)
        }
        return items
    }

    // MARK: Required values

    // That a required member is there was checked when the object was opened; what can still be missing is its content.

    mutating func required(_ name: String) throws(EventFault) -> String {
        guard let value = try string(name) else {
            throw EventFault(.empty, at: name, remedy: "Send \(find(name).type.expectation)")
        }
        return value
    }

    mutating func required<Word: ClosedList>(_ name: String) throws(EventFault) -> Word {
        try present(try choice(name), name)
    }
    mutating func required(_ name: String) throws(EventFault) -> Date { try present(try time(name), name) }
    mutating func required(_ name: String) throws(EventFault) -> Bool { try present(try flag(name), name) }
    mutating func required(_ name: String) throws(EventFault) -> Int { try present(try count(name), name) }
    mutating func required(_ name: String) throws(EventFault) -> UUID { try present(try id(name), name) }
    mutating func required<Object: FieldObject>(_ name: String) throws(EventFault) -> Object {
        try present(try object(name), name)
    }

    /// The case an event must name.
    mutating func caseReference() throws(EventFault) -> CaseReference {
        try present(try CaseReference.read(&self), "request")
    }

    /// Whether the field holds a string, where it may hold something else.
    func isText(_ name: String) -> Bool {
        var copy = self
        return copy.find(name).index.map { document.kind($0) == .string } ?? false
    }

    // MARK: One value

    private mutating func object<Object: FieldObject>(_ index: Int, _ place: @autoclosure () -> String)
        throws(EventFault) -> Object
    {
        do throws(EventFault) {
            var inner = try FieldReader(document, at: index, shape: Object.shape, terms: terms)
            let object = try Object(reading: &inner)
            if !inner.warnings.isEmpty { adopt(inner.warnings, within: place()) }
            return object
        } catch {
            throw error.within(place())
        }
    }

    private func word<Word: ClosedList>(_ index: Int, _ place: @autoclosure () -> String) throws(EventFault) -> Word {
        if document.kind(index) == .string, let word = Word(rawValue: document.string(index)) { return word }
        let fault: FaultCode = document.kind(index) == .string ? .notInList : .wrongType
        throw EventFault(fault, at: place(), remedy: "Send \(FieldType.choice(Word.words).expectation)")
    }

    private func text(_ index: Int, _ type: FieldType, _ place: @autoclosure () -> String) throws(EventFault) -> String?
    {
        guard document.kind(index) == .string else { throw wrongType(place(), type) }
        switch type.normalise(document.string(index), isStored: terms.isStored) {
        case .success(let text): return text
        case .failure(let problem): throw EventFault(problem.fault, at: place(), remedy: problem.remedy)
        }
    }

    private func present<Value>(_ value: Value?, _ name: String) throws(EventFault) -> Value {
        guard let value else { throw EventFault(.missing, at: name, remedy: "Add \(name).") }
        return value
    }

    private func wrongType(_ place: String, _ type: FieldType) -> EventFault {
        EventFault(.wrongType, at: place, remedy: "Send \(type.expectation)")
    }
}
