package import FoundationEssentials

/// What is known of an incident: what was reported first, with what each later phase has changed (GDPR Art. 33(4)).
///
/// A value folded from events alone: the same events give the same picture, as of any phase.
package struct IncidentPicture: Sendable, Equatable, Redacting {
    /// How the incident has ended.
    package enum Ending: String, Sendable {
        case closed
        case falseAlarm = "false_alarm"
    }

    /// One client's own numbers, as the latest phase that speaks of it has them.
    package struct Part: Sendable, Equatable {
        package var subjectsApprox: Int?
        package var recordsApprox: Int?
        /// Who its people are, as far as the phases have said so.
        package var people: [SealedPeople] = []
        /// When it was known that this client is affected: what our own time for telling it is counted from.
        package fileprivate(set) var awareAt: Date
        /// The latest phase that names it; nil where only the data map says that a system can hold its data.
        package let phase: Int?
        /// Whether its people were listed and the list does not open: nobody knows how many they are.
        package fileprivate(set) var isUncounted = false

        package init(subjectsApprox: Int? = nil, recordsApprox: Int? = nil, awareAt: Date, phase: Int? = nil) {
            self.subjectsApprox = subjectsApprox
            self.recordsApprox = recordsApprox
            self.awareAt = awareAt
            self.phase = phase
        }
    }

    /// Some of a client's people, as a phase has named them: a compact JWE for the fleet.
    package struct SealedPeople: Sendable, Equatable {
        package let phase: Int
        package let text: String

        package init(phase: Int, text: String) {
            self.phase = phase
            self.text = text
        }
    }

    package private(set) var phase = 1
    package private(set) var discoveredAt: Date
    package private(set) var awareAt: Date
    package private(set) var nature: String
    package private(set) var cause: String?
    package private(set) var categories: [String]
    package private(set) var systems: [String]
    package private(set) var risk: BreachRisk
    package private(set) var hasHealthData: Bool
    package private(set) var consequences: String?
    package private(set) var measures: String?
    package private(set) var contact: ContactDetails?
    /// The clients that were named, each with its own part.
    package private(set) var named: [String: Part] = [:]
    /// Data that the vendor itself controls (G13).
    package private(set) var ownData: OwnData?
    /// The people of that data, as every phase has named them, each part still sealed for the fleet.
    package private(set) var sealedPeople: [String] = []
    package private(set) var ending: Ending?

    package init(_ data: BreachDetected) {
        discoveredAt = data.discoveredAt
        awareAt = data.awareAt
        nature = data.nature
        cause = data.cause
        categories = data.categories
        systems = data.systems
        risk = data.risk
        hasHealthData = data.healthData ?? false
        consequences = data.consequences
        measures = data.measures
        contact = data.contact
        ownData = data.ownData
        sealedPeople = [data.ownData?.identities].compactMap { $0 }
        add(data.affected, of: 1, awareAt: data.awareAt)
    }

    /// What the events of an incident come to, in whatever order they are given: phases are applied by their numbers. Nil where the
    /// first report is not among them.
    package init?(_ events: [(payload: EventPayload, receivedAt: Date)]) {
        var first: BreachDetected?
        var later: [(data: BreachUpdated, receivedAt: Date)] = []
        for event in events {
            switch event.payload {
            case .breachDetected(let data): first = data
            case .breachUpdated(let data): later.append((data, event.receivedAt))
            default: continue
            }
        }
        guard let first else { return nil }
        self.init(first)
        for (data, received) in later.sorted(by: { $0.data.phase < $1.data.phase }) {
            apply(data, receivedAt: received)
        }
    }

    /// Takes a later phase in. What it does not mention stays.
    ///
    /// - Parameter received: when it came: clients that it names first were not known to be affected before, unless it says when.
    package mutating func apply(_ data: BreachUpdated, receivedAt received: Date) {
        phase = max(phase, data.phase)
        if let value = data.discoveredAt { discoveredAt = value }
        // Nobody becomes aware later than they were: a later time is that of the clients that this phase names.
        if let value = data.awareAt, value < awareAt {
            // So were those that were known to be affected when the incident itself was; who was found later has a time of its own.
            for (client, part) in named where part.awareAt == awareAt { named[client]?.awareAt = value }
            awareAt = value
        }
        if let value = data.nature { nature = value }
        if let value = data.cause { cause = value }
        if !data.categories.isEmpty { categories = data.categories }
        if !data.systems.isEmpty { systems = data.systems }
        if let value = data.risk { risk = value }
        if let value = data.healthData { hasHealthData = value }
        if let value = data.consequences { consequences = value }
        if let value = data.measures { measures = value }
        if let value = data.contact { contact = value }
        if var value = data.ownData {
            // As of a client's part: what it does not mention stays.
            value.subjectsApprox = value.subjectsApprox ?? ownData?.subjectsApprox
            value.recordsApprox = value.recordsApprox ?? ownData?.recordsApprox
            if value.categories.isEmpty { value.categories = ownData?.categories ?? [] }
            ownData = value
        }
        if let value = data.ownData?.identities { sealedPeople.append(value) }
        add(data.affected, of: data.phase, awareAt: data.awareAt ?? received)
        if data.falseAlarm == true { ending = .falseAlarm } else if data.closed == true { ending = .closed }
    }

    private mutating func add(_ affected: [AffectedClient], of phase: Int, awareAt: Date) {
        for entry in affected {
            let before = named[entry.client]
            var part = Part(
                subjectsApprox: entry.subjectsApprox ?? before?.subjectsApprox,
                recordsApprox: entry.recordsApprox ?? before?.recordsApprox,
                awareAt: before?.awareAt ?? awareAt,
                phase: phase
            )
            part.people = before?.people ?? []
            if let text = entry.identities { part.people.append(SealedPeople(phase: phase, text: text)) }
            named[entry.client] = part
        }
    }

    /// Takes in how many people are listed of clients whose number nobody has said.
    ///
    /// - Parameter counts: by client; nil where its lists do not all open.
    package mutating func count(_ counts: [String: Int?]) {
        for (client, count) in counts where named[client]?.subjectsApprox == nil {
            named[client]?.subjectsApprox = count
            named[client]?.isUncounted = count == nil
        }
    }

    /// The clients that are affected, each with its own part: those that were named or, where none was, every one whose data a
    /// system of the incident can hold by the data map, its numbers unknown.
    package func affected(among clients: some Collection<Client>, in systems: [DataSystem]) -> [String: Part] {
        guard named.isEmpty else { return named }
        let touched = systems.filter { self.systems.contains($0.id) }
        guard !touched.isEmpty else { return [:] }
        var found: [String: Part] = [:]
        for client in clients where touched.contains(where: { $0.holds(client: client.id) }) {
            found[client.id] = Part(subjectsApprox: nil, recordsApprox: nil, awareAt: awareAt)
        }
        return found
    }

    /// Which systems of the incident can hold data of one client's, by the data map.
    package func systems(of client: String, in systems: [DataSystem]) -> [String] {
        systems.filter { self.systems.contains($0.id) && $0.holds(client: client) }.map(\.id)
    }

    /// The categories that one client can be concerned by: of those of the incident the ones that a system which can hold its
    /// data has; all, where the data map does not say.
    package func categories(of client: String, in systems: [DataSystem]) -> [String] {
        let held = Set(
            systems.filter { self.systems.contains($0.id) && $0.holds(client: client) }.flatMap(\.categories)
        )
        let own = categories.filter(held.contains)
        return own.isEmpty ? categories : own
    }
}
