import AMQP
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What a batch needs to know of the database, read under the locks that keep it true until the commit.
struct IntakeState {
    /// A publisher's own name for something. Its requests, complaints and incidents are separate lists.
    struct Reference: Hashable {
        enum List: String {
            case request, complaint, incident
        }

        let publisher: String
        let list: List
        let text: String

        /// The reference as early events wait under it; a reference is one line, so the two cannot meet.
        var waitingKey: String { list == .request ? text : list.rawValue + "\n" + text }
    }

    let now: Date
    /// The transaction's own clock, which dates outbox rows.
    let machineNow: Date
    var cases: [UUID: CaseFileRecord] = [:]
    /// The cases a publisher calls by one reference: one a subject.
    var casesByReference: [Reference: [UUID]] = [:]
    /// When the cases waited for somebody.
    var pauses: [UUID: [Pause]] = [:]
    var incidents: [Reference: IncidentRecord] = [:]
    var waiting: [EarlyEventRecord] = []
    /// What waits, opened.
    var openedWaiting: [UUID: (event: PreparedEvent, delivery: Delivery)] = [:]
    /// The open cases by what they are asked for.
    var casesByAsk: [[UInt8]: UUID] = [:]
    /// What was asked in cases that may be given their client now.
    var unnamed: [UUID: RequestSubmitted] = [:]
    var clientChains: [String: EvidenceChain] = [:]
    var installationChain: EvidenceChain?
    /// Holds by reference; true where one is still placed.
    var holds: [Reference: Hold] = [:]

    /// Parts of cases at systems that events speak of, by the task's id.
    var tasks: [UUID: FanOutTarget] = [:]
    /// The cases of clients that objections mean, and what an objection may still do to each.
    var notices: [NoticeName: UUID] = [:]
    var objections: [UUID: Objections.Standing] = [:]
    /// Incidents that clients acknowledge over the gateway, by the name that the client knows its notice under.
    var toldIncidents: [NoticeName: Reference] = [:]
    /// Until when clients' data are kept by agreement after their contract (K8).
    var retained: [String: Date] = [:]
    /// Cases whose erasure has a plan.
    var planned: Set<UUID> = []

    /// The holds in place on cases, whoever placed them: a case is held until the last of them is lifted.
    var openHolds: [UUID: Set<UUID>] = [:]

    /// How an objection, or a client over the gateway, names what it is about: the client's own id of it, or the announcement's, which its clients share.
    struct NoticeName: Hashable {
        let notice: UUID
        let client: String
    }

    /// What one hold reference stands for: a row for each case it holds, or one without a case.
    struct Hold {
        let clientID: String?
        /// How many identities it names.
        let people: Int
        var isPlaced: Bool
        var rows: [(id: UUID, caseID: UUID?)] = []

        var caseIDs: [UUID] { rows.compactMap(\.caseID) }

    }

    mutating func add(_ record: CaseFileRecord) {
        cases[record.id] = record
        if let ask = record.ask, record.linkedTo == nil, record.state.isUnanswered, casesByAsk[ask] == nil {
            casesByAsk[ask] = record.id
        }
        if let text = record.requestRef {
            let list: Reference.List = record.kind == .complaint ? .complaint : .request
            casesByReference[Reference(publisher: record.publisherID, list: list, text: text), default: []].append(
                record.id
            )
        }
    }

    /// The open ends of a client's contract, in id order.
    func contracts(of client: String) -> [CaseFileRecord] {
        cases.values.filter { $0.kind == .endOfContract && $0.clientID == client && !$0.state.isFinal }
            .sorted { $0.id < $1.id }
    }

    /// Where an event about these cases takes effect: at the case that answers, where one is linked to it.
    func answering(_ ids: [UUID]) -> [UUID] {
        var answering: [UUID] = []
        for id in ids {
            let target = cases[id]?.linkedTo.flatMap { cases[$0]?.state.isFinal == false ? $0 : nil } ?? id
            if !answering.contains(target) { answering.append(target) }
        }
        return answering
    }

    /// The cases an event speaks of; a publisher reaches only its own, and a client that acts over the gateway those that were
    /// referred to it.
    func cases(_ reference: CaseReference, of event: PreparedEvent) -> [UUID] {
        let publisher = event.publisher
        switch reference {
        case .request(let id) where publisher.isGateway:
            guard let record = cases[id], record.lane == .referral, let client = record.clientID,
                client == Publisher.client(ofGatewaySource: event.event.source)
            else { return [] }
            return [id]
        case .request(let id): return cases[id]?.publisherID == publisher.id ? [id] : []
        case .reference(let text):
            return casesByReference[Reference(publisher: publisher.id, list: .request, text: text)] ?? []
        }
    }
}

/// Which rows a batch will look at: worked out from the events alone, so that one round trip locks and reads them all.
struct IntakeNeeds {
    private(set) var inbox: [InboxRow] = []
    private(set) var caseIDs: Set<UUID> = []
    private(set) var references: Set<IntakeState.Reference> = []
    private(set) var holds: Set<IntakeState.Reference> = []
    private(set) var clients: Set<String> = []
    /// Tasks at systems that events answer.
    private(set) var tasks: Set<UUID> = []
    /// What clients acknowledge over the gateway.
    private(set) var acknowledged: Set<IntakeState.NoticeName> = []
    /// What objections are about.
    private(set) var notices: Set<IntakeState.NoticeName> = []
    private(set) var needsInstallation = false
    /// Clients whose contract ends, or whose data are to be kept after it.
    private(set) var contracts: Set<String> = []
    /// Whether a hold on people is to reach every client there is.
    private(set) var reachesEveryClient = false
    /// What is asked by the people of new cases, with the look-up hash they are found by.
    private(set) var asks: [(lookup: [UInt8], ask: [UInt8])] = []
    /// Whether a case may get its client, so that its look-ups are made anew.
    private(set) var mayNameClients = false

    /// Looks at an incident under the name that its publisher gave it.
    mutating func add(incident reference: IntakeState.Reference) { references.insert(reference) }

    mutating func add(reconsidered id: UUID) { caseIDs.insert(id) }

    mutating func add(_ prepared: PreparedEvent) {
        inbox.append(prepared.inbox)
        for opening in prepared.openings {
            if let ask = opening.ask, let person = opening.identities.first { asks.append((person.lookup, ask)) }
        }
        let publisher = prepared.publisher.id
        func named(_ list: IntakeState.Reference.List, _ text: String) -> IntakeState.Reference {
            .init(publisher: publisher, list: list, text: text)
        }
        switch prepared.event.caseReference {
        case .request(let id): caseIDs.insert(id)
        case .reference(let text): references.insert(named(.request, text))
        case nil: break
        }
        switch prepared.event.payload {
        case .clientTerminated(let data): contracts.insert(data.client)
        case .clientRetentionAgreed(let data):
            clients.insert(data.client)
            contracts.insert(data.client)
        case .complaintReceived(let data): references.insert(named(.complaint, data.complaintRef))
        case .requestClientNamed: mayNameClients = true
        case .taskCompleted(let data): tasks.insert(data.task)
        case .taskFailed(let data): tasks.insert(data.task)
        case .objectionReceived(let data): notices.insert(.init(notice: data.notice, client: data.client))
        case .breachDetected(let data): references.insert(named(.incident, data.incidentRef))
        case .breachUpdated(let data): references.insert(named(.incident, data.incidentRef))
        // A client names an incident as it was told of it.
        case .breachAcknowledged(let data) where prepared.publisher.isGateway:
            if let name = IntakeState.NoticeName(data) { acknowledged.insert(name) }
        case .breachAcknowledged(let data): references.insert(named(.incident, data.incidentRef))
        case .holdPlaced(let data):
            holds.insert(named(.request, data.holdRef))
            if let client = data.client {
                clients.insert(client)
            } else if data.request == nil {
                needsInstallation = true
                reachesEveryClient = true
            }
        case .holdLifted(let data):
            holds.insert(named(.request, data.holdRef))
            needsInstallation = true
        default: break
        }
    }
}

extension IntakeState.NoticeName {
    /// What a client acknowledges over the gateway; nil where that is no id of ours.
    init?(_ data: BreachAcknowledged) {
        guard let notice = UUID(uuidString: data.incidentRef) else { return nil }
        self.init(notice: notice, client: data.client)
    }
}
