import Fleet
import FoundationEssentials
import Postgres
import Rights

/// What events would come to at the systems of the data map, were they published now.
struct EventRehearsal {
    private let registry: Registry
    private let now: Date

    init(on connection: PostgresConnection) async throws {
        registry = try await Registry.load(on: connection)
        now = try await connection.query("SELECT habeas.domain_now()").only.decode(Date.self)
    }

    /// A plan for each person of each request, and for each end of a contract, of a client that is known.
    func sheets(_ events: [OutgoingEvent]) throws -> [PlanSheet] { events.flatMap(sheets) }

    private func sheets(_ event: OutgoingEvent) -> [PlanSheet] {
        guard case .success(let parsed) = EventParser.parse(event.body, context: MessageContext(), now: Date()) else {
            return []
        }
        switch parsed.payload {
        case .requestSubmitted(let request): return sheets(request, line: event.line)
        case .clientTerminated(let termination): return sheets(termination, line: event.line)
        default: return []
        }
    }

    private func sheets(_ request: RequestSubmitted, line: Int) -> [PlanSheet] {
        // A controller-role request may be of nobody's client; of all others the client has to be known.
        let client = request.client.flatMap { registry.client($0) }
        let isOwn =
            request.submittedBy != .client && (request.relationship == .visitor || request.relationship == .clientUser)
        guard client != nil || (isOwn && request.client == nil) else { return [] }
        let policy = registry.policy(profile: "default", client: client, at: now)
        let opening = CaseOpening(request, client: client, policy: policy, receivedAt: now, atlas: registry.atlas)
        return request.subjects.enumerated().map { index, subject in
            PlanSheet(
                "line \(line), subject \(index + 1)",
                FanOutPlan.Facts(opening: opening, subject: subject, client: client, registry, at: now),
                registry.systems,
                waits: opening.lane == .referral ? ["the client's decision"] : []
            )
        }
    }

    private func sheets(_ termination: ClientTerminated, line: Int) -> [PlanSheet] {
        guard let client = registry.client(termination.client) else { return [] }
        let policy = registry.policy(profile: "default", client: client, at: now)
        let opening = CaseOpening(termination, client: client, policy: policy, receivedAt: now, atlas: registry.atlas)
        return [
            PlanSheet(
                "line \(line)",
                FanOutPlan.Facts(opening: opening, subject: nil, client: client, registry, at: now),
                registry.systems,
                waits: ["the approval of two people"]
                    + (termination.mode == .returnThenErase ? ["the return of the client's data"] : [])
            )
        ]
    }
}
