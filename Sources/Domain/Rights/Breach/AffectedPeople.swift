import FoundationEssentials

/// The people of one client who are known to be concerned by an incident, each once.
///
/// As its publisher lists them: a JSON list whose entries are either one identity (`{type, value}`) or a person with all that it is known
/// by (`{identities[{type, value}], contact}`), as `subjects` of `request.submitted` are.
package struct AffectedPeople: Sendable, Redacting {
    /// In the order in which they were listed; those that were found to be another one are empty.
    private var slots: [RequestSubject?] = []
    /// Who is known by what nobody else is known by.
    private var places: [Identity: Int] = [:]
    /// Those of whom no such thing is known.
    private var faint: Set<Set<Identity>> = []

    package init() {}

    /// - Parameters:
    ///   - bytes: the list, opened.
    ///   - place: the path of the field that it stands in; faults name it.
    package init(reading bytes: [UInt8], at place: String) throws(EventFault) {
        let (document, fault) = JSONScanner.scan(bytes, maximumDepth: EventParser.maximumDataDepth)
        guard fault == nil else {
            throw EventFault(.notJSON, at: place, remedy: "Seal one JSON list of identities, or of people.")
        }
        guard document.kind(0) == .array else {
            throw EventFault(.wrongType, at: place, remedy: "Seal a JSON list of identities, or of people.")
        }
        let items = document.items(0)
        guard !items.isEmpty else {
            throw EventFault(.empty, at: place, remedy: "List one person at least, or leave the field out.")
        }
        let terms = FieldReader.Terms(now: .distantPast, isStored: false)
        for (position, index) in items.enumerated() {
            do throws(EventFault) {
                add(try Self.person(document, at: index, terms))
            } catch {
                throw error.within("\(place)[\(position)]")
            }
        }
    }

    private static func person(
        _ document: JSONDocument,
        at index: Int,
        _ terms: FieldReader.Terms
    ) throws(EventFault) -> RequestSubject {
        let isPerson = document.kind(index) == .object && document.member(index, "identities") != nil
        let shape = isPerson ? RequestSubject.shape : Identity.shape
        var reader = try FieldReader(document, at: index, shape: shape, terms: terms)
        return isPerson
            ? try RequestSubject(reading: &reader) : RequestSubject(identities: [try Identity(reading: &reader)])
    }

    /// Each person once, with all that it is known by.
    package var people: [RequestSubject] { slots.compactMap(\.self) }

    package var count: Int { slots.count { $0 != nil } }

    /// Takes in another list of the same client's: who stands in both is one person.
    package mutating func join(_ other: AffectedPeople) {
        for person in other.people { add(person) }
    }

    /// Two entries are one person where they share what only one person is known by. A name and an address of a network are many
    /// people's: who is known by nothing else is the same only where all of it is.
    private mutating func add(_ person: RequestSubject) {
        let marks = person.identities.filter(\.isOnesOwn)
        guard !marks.isEmpty else {
            if faint.insert(Set(person.identities)).inserted { slots.append(person) }
            return
        }
        let known = Set(marks.compactMap { places[$0] }).sorted()
        var whole = person
        for place in known.reversed() {
            guard var before = slots[place] else { continue }
            before.join(whole)
            whole = before
            slots[place] = nil
        }
        let place = known.first ?? slots.count
        if place == slots.count { slots.append(whole) } else { slots[place] = whole }
        for mark in whole.identities where mark.isOnesOwn { places[mark] = place }
    }
}

extension Identity {
    /// Whether two who have it are one person.
    fileprivate var isOnesOwn: Bool { type != .name && type != .ipAddress }
}

extension RequestSubject {
    fileprivate mutating func join(_ other: RequestSubject) {
        let known = Set(identities)
        identities += other.identities.filter { !known.contains($0) }
        contact = contact ?? other.contact
    }
}
