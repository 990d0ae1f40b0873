import FoundationEssentials
import Rights
import Yams

/// What a person writes of an incident: the fields of `breach.detected` or `breach.updated`, as YAML. Becomes as many events as it
/// takes: each names a thousand clients at most.
struct IncidentFile {
    private static let clientsAnEvent = 1_000

    private let path: String
    private var members: [(String, JSONValue)]
    private let affected: [JSONValue]

    init(path: String) throws {
        let node: Node?
        do {
            node = try Yams.compose(yaml: try InputFile.text(path))
        } catch let error as YamlError {
            throw Failure(InputFile.name(path), "is not YAML (\(error.place))", "correct it there")
        }
        guard let node, case .object(let members) = Self.value(node) else {
            throw Failure(
                InputFile.name(path),
                "is not a mapping",
                "write `incident_ref: …` with further fields below it"
            )
        }
        self.init(members, path: InputFile.name(path))
    }

    /// - Parameter path: how error texts call where it comes from.
    init(_ members: [(String, JSONValue)], path: String) {
        self.path = path
        self.members = members.filter { $0.0 != "affected" && $0.0 != "phase" }
        if case .array(let list)? = members.first(where: { $0.0 == "affected" })?.1 {
            affected = list
        } else {
            affected = []
        }
        if let phase = members.first(where: { $0.0 == "phase" }) { self.members.append(phase) }
    }

    /// Whether it is the last word on the incident.
    var closes: Bool {
        members.contains { member in
            if case ("closed", .bool(true)) = member { true } else { false }
        }
    }

    /// Whether it names clients, or systems by which some may be found.
    var findsClients: Bool { !affected.isEmpty || members.contains { $0.0 == "systems" } }

    /// A value as the JSON that YAML says it is: plain numbers and truth values are such, everything else is a text.
    private static func value(_ node: Node) -> JSONValue {
        switch node {
        case .mapping(let mapping): return .object(mapping.map { ($0.key.scalar?.string ?? "", value($0.value)) })
        case .sequence(let sequence): return .array(sequence.map(value))
        case .alias: return .null
        case .scalar(let scalar):
            guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
            switch scalar.string {
            case "", "~", "null": return .null
            case "true": return true
            case "false": return false
            default: return Int(scalar.string).map { .integer($0) } ?? .string(scalar.string)
            }
        }
    }

    /// The publisher's own reference, where it has one.
    var reference: String? {
        guard case .string(let text)? = members.first(where: { $0.0 == "incident_ref" })?.1 else { return nil }
        return text
    }

    /// The first report, and phases with the clients that it does not hold.
    func detected(source: String, now: Date) throws -> [OutgoingEvent] {
        var events = [event(.breachDetected, members, affected.prefix(Self.clientsAnEvent), source, now)]
        for (index, part) in rest.enumerated() {
            events.append(event(.breachUpdated, common + [("phase", .integer(index + 2))], part, source, now))
        }
        return try checked(events, now)
    }

    /// A later phase; with more clients than one event holds, several, of which the last one says how the incident has ended.
    func updated(source: String, now: Date) throws -> [OutgoingEvent] {
        guard !rest.isEmpty, case .integer(let phase)? = members.first(where: { $0.0 == "phase" })?.1 else {
            return try checked([event(.breachUpdated, members, affected.prefix(Self.clientsAnEvent), source, now)], now)
        }
        let ending = members.filter { $0.0 == "closed" || $0.0 == "false_alarm" }
        let first = members.filter { member in !ending.contains { $0.0 == member.0 } }
        var events = [event(.breachUpdated, first, affected.prefix(Self.clientsAnEvent), source, now)]
        for (index, part) in rest.enumerated() {
            let numbered = common + [("phase", .integer(phase + index + 1))]
            let isLast = index == rest.count - 1
            events.append(event(.breachUpdated, numbered + (isLast ? ending : []), part, source, now))
        }
        return try checked(events, now)
    }

    /// What every part says: which incident, and since when it is known.
    private var common: [(String, JSONValue)] { members.filter { $0.0 == "incident_ref" || $0.0 == "aware_at" } }

    private var rest: [ArraySlice<JSONValue>] {
        stride(from: Self.clientsAnEvent, to: affected.count, by: Self.clientsAnEvent).map {
            affected[$0..<min($0 + Self.clientsAnEvent, affected.count)]
        }
    }

    private func event(
        _ type: EventType,
        _ members: [(String, JSONValue)],
        _ affected: ArraySlice<JSONValue>,
        _ source: String,
        _ now: Date
    ) -> OutgoingEvent {
        let data = members + (affected.isEmpty ? [] : [("affected", .array(Array(affected)))])
        let body: JSONValue = [
            "specversion": "1.0", "id": JSONValue(UUID()), "source": .string(source), "type": .string(type.name),
            "time": JSONValue(now), "datacontenttype": "application/json", "data": .object(data),
        ]
        return OutgoingEvent(line: 1, body: Array(body.text.utf8))
    }

    private func checked(_ events: [OutgoingEvent], _ now: Date) throws -> [OutgoingEvent] {
        for event in events {
            guard let fault = event.fault(now: now) else { continue }
            throw Failure("\(path): \(fault.field)", "would be refused (\(fault.fault.rawValue))", fault.remedy)
        }
        return events
    }
}

extension YamlError {
    /// Where it is; what stands there is not repeated.
    fileprivate var place: String {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): "line \(mark.line)"
        default: "unreadable"
        }
    }
}
