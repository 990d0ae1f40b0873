import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What a request comes to at every system: as it would be planned now, or, once that has happened, how far each part is.
struct PlanSheet {
    private enum Content {
        case planned(FanOutPlan)
        /// A person would be asked, since no plan can be made.
        case refused(RetentionException.Fault)
        case made([FanOutTarget])
        /// Nothing is done at systems.
        case none
    }

    /// The case, or where in a file the event stands that would begin it.
    private let name: String
    private let operation: TargetOperation?
    private let content: Content
    /// What comes first; for people.
    private let waits: [String]

    /// The plan that an event would come to.
    init(_ name: String, _ facts: FanOutPlan.Facts?, _ systems: [DataSystem], waits: [String]) {
        self.name = name
        self.waits = waits
        operation = facts?.operation
        guard let facts else {
            content = .none
            return
        }
        do throws(RetentionException.Fault) {
            content = .planned(try FanOutPlan(facts, systems: systems))
        } catch {
            content = .refused(error)
        }
    }

    private init(_ name: String, made: [FanOutTarget]) {
        self.name = name
        waits = []
        operation = made.first?.operation
        content = .made(made)
    }

    /// Of a case, read in one snapshot and without any key.
    static func load(_ id: UUID, on connection: PostgresConnection) async throws -> PlanSheet {
        try await connection.transaction { connection in
            let results = try await connection.pipeline(
                [
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
                    "SELECT \(CaseFileRecord.columns) FROM habeas.case_file WHERE id = \(id)",
                    FanOutTarget.reading(of: [id]),
                    "SELECT DISTINCT kind FROM habeas.case_identity WHERE case_id = \(id)",
                    Suppressions.scopes(of: [id]),
                    "SELECT habeas.domain_now()", DisclosureRecord.reading(of: [id]),
                ] + PlanObstacles.reading(id)
            )
            let record = try CaseFileRecord(row: results[1].only)
            let made = try results[2].map(FanOutTarget.init)
            guard made.isEmpty else { return PlanSheet(id.text, made: made) }
            let registry = try await Registry.load(on: connection)
            let facts = FanOutPlan.Facts(
                of: record,
                registry,
                identities: Set(try results[3].decode(as: String.self).compactMap(IdentityType.init)),
                suppressed: Set(try results[4].decode(as: String.self)),
                scope: try results[6].first.map { try DisclosureRecord(row: $0).demand.scope },
                at: try results[5].only.decode(Date.self)
            )
            let obstacles = try PlanObstacles(record, Array(results[7...]), facts)
            return PlanSheet(id.text, facts, registry.systems, waits: obstacles.sentences)
        }
    }

    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("request", .string(name)), ("operation", JSONValue(operation?.rawValue)),
            ("waits_for", JSONValue(waits)),
        ]
        switch content {
        case .planned(let plan):
            members.append(("state", "planned"))
            members.append(("targets", .array(plan.lines.map(\.json))))
            members.append(("clients_own", JSONValue(plan.clientsOwn.map(\.id))))
            members.append(("exceptions_until", JSONValue(plan.retention.exceptions.last?.until)))
            members.append(("backups_until", JSONValue(plan.backupsUntil)))
        case .refused(let fault):
            members.append(("state", "refused"))
            members.append(
                (
                    "fault",
                    [
                        "field": .string(fault.field), "fault": .string(fault.fault), "remedy": .string(fault.remedy),
                    ]
                )
            )
        case .made(let targets):
            members.append(("state", "made"))
            members.append(("targets", .array(targets.map(\.json))))
        case .none: members.append(("state", "nothing_at_systems"))
        }
        return .object(members)
    }

    func print() {
        switch content {
        case .planned(let plan):
            StandardOutput.write(
                "\(name): \(operation?.rawValue ?? "") at \(plan.lines.count) systems, nothing of it begun"
            )
            for wait in waits { StandardOutput.write("begins after \(wait)") }
            Self.print(plan)
        case .refused(let fault):
            StandardOutput.write("\(name): no plan can be made, and a person is asked")
            StandardOutput.write("\(fault.field) \(fault.fault); \(fault.remedy)")
        case .made(let targets):
            StandardOutput.write("\(name): \(operation?.rawValue ?? "") at \(targets.count) systems")
            Self.print(targets)
        case .none: StandardOutput.write("\(name): comes to nothing at systems")
        }
    }
}
