import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What a person says about one review: locked, checked, and written with what it does to the case in one transaction.
struct ReviewAct {
    let review: ReviewRecord
    /// The other reviews of the case that are open.
    private let others: Set<ReviewKind>
    /// Whether a person has let the case through a suspension before.
    private let passedBefore: Bool
    private let pen: EvidencePen
    private var act: CaseAct?
    private var installation: EvidenceChain?
    /// What the review is about where it is about an incident as a whole, and the clients of whose notices it asks.
    private var incident: IncidentRecord?
    private var late: [String] = []
    private var written: [SQL] = []
    /// What copies are refused for that wait for this review.
    private var copiesRefused: RefusalReason?
    /// How many copies waited for it.
    private(set) var copies = 0

    var now: Date { pen.now }

    /// Locks the case first, where there is one, then the review. Inside a transaction.
    init(on id: UUID, _ connection: PostgresConnection) async throws {
        let found = try await connection.query("SELECT case_id, incident_id FROM habeas.review WHERE id = \(id)")
        guard let row = found.first else { throw try await Self.unknown(id, connection) }
        pen = try await EvidencePen(on: connection)
        let (about, incidentID) = try row.decode(UUID?.self, UUID?.self)
        guard let caseID = about else {
            let locked = try await incidentID.mapAsync {
                try IncidentRecord(row: try await connection.query(IncidentRecord.locking($0)).only)
            }
            review = try ReviewRecord(row: try await connection.query(ReviewRecord.locking(id)).only)
            guard !review.isSettled else { throw Self.settled }
            guard review.kind != .breachClients else {
                throw Failure(
                    "task",
                    "is the list of an incident's clients",
                    "read it with `habeas incidents clients`, then use `habeas approve`, or `habeas incidents exclude`"
                )
            }
            others = []
            passedBefore = false
            guard let locked else {
                installation = try await EvidenceChain.ofInstallation(on: connection)
                return
            }
            incident = locked
            if review.kind == .lateNotice {
                late = try await connection.query(LateNotices.unexplained(of: locked.id)).map {
                    try $0.decode(0, as: String.self)
                }
            }
            return
        }
        act = try await CaseAct(on: [caseID], connection)
        let open = try await connection.query(ReviewRecord.locking(openOf: caseID)).map(ReviewRecord.init)
        guard let mine = open.first(where: { $0.id == id }) else { throw Self.settled }
        review = mine
        passedBefore = try await connection.query(
            """
            SELECT EXISTS (SELECT FROM habeas.review
                            WHERE case_id = \(caseID) AND kind = \(ReviewKind.suspendedHandOver.rawValue) AND verdict = 'confirmed')
            """
        ).only.decode(0, as: Bool.self)
        others = Set(open.lazy.filter { $0.id != id }.map(\.kind))
    }

    private static let settled = Failure("task", "was settled before", "see what waits with `habeas tasks list`")

    private static func unknown(_ id: UUID, _ connection: PostgresConnection) async throws -> Failure {
        let parked = try await connection.query("SELECT FROM habeas.parked_message WHERE id = \(id)")
        return parked.isEmpty
            ? Failure("task", "no task has this id", "see what waits with `habeas tasks list`")
            : Failure("task", "is a parked message", "use `habeas parked replay` or `habeas parked discard`")
    }

    /// Agrees as one of several people. The login is the database's word; the last one needed settles the review.
    mutating func approve(reason: String, _ connection: PostgresConnection) async throws -> (
        given: Int, isSettled: Bool
    ) {
        guard review.needs > 1 else {
            throw Failure("task", "needs one person's word", "use `habeas tasks complete`")
        }
        let rows = try await connection.query(
            "SELECT actor = session_user FROM habeas.review_approval WHERE review_id = \(review.id)"
        ).decode(as: Bool.self)
        guard !rows.contains(true) else {
            throw Failure(
                "approval",
                "this login has approved it before",
                "another person has to approve it, with a login of their own"
            )
        }
        let given = rows.count + 1
        written.append("INSERT INTO habeas.review_approval (review_id, reason) VALUES (\(review.id), \(reason))")
        try fact("approval.given") { [review] body in
            body.member("review", review.id)
            body.member("kind", review.kind.rawValue)
            body.member("reason", reason)
            body.member("approval", given)
            body.member("needs", review.needs)
        }
        guard given >= review.needs else { return (given, false) }
        try settle(.confirmed, reason: reason, words: nil)
        return (given, true)
    }

    /// Ends the review with a verdict, and does to the case what follows from it.
    ///
    /// - Parameters:
    ///   - words: the sealed answer that it rests on, with its digest.
    ///   - regulation: the regime that the case falls under after all.
    ///   - refusal: what the case is refused for, where the kind of review does not say.
    mutating func settle(
        _ verdict: ReviewKind.Verdict,
        reason: String,
        words: (writes: SecretWrites, digest: String)?,
        regulation: Regulation? = nil,
        refusal named: RefusalReason? = nil
    ) throws {
        let event = act?.records.first.flatMap { review.kind.event(verdict, for: $0.machine, others: others) }
        let refusal = try refusal(by: event, verdict, named: named)
        if review.kind == .harvest { copiesRefused = refusal }
        written.append(review.settle(verdict, reason: reason, at: now))
        written += words?.writes.statements ?? []
        let members: (inout JSONWriter) -> Void = { [review, late] body in
            body.member("review", review.id)
            body.member("kind", review.kind.rawValue)
            body.member("verdict", verdict.rawValue)
            body.member("reason", reason)
            body.member("words", words?.digest)
            if !late.isEmpty { body.member("clients", late) }
            body.member(refusal: refusal)
        }
        if let incident, let matter = BreachReason.Matter(review.kind) {
            written.append(BreachReason.insert(matter, of: incident.id, clients: late, reason: reason, at: now))
        }
        if passedBefore || (review.kind == .suspendedHandOver && verdict == .confirmed) { act?.passGate() }
        if let regulation {
            try act?.settleRegime(as: regulation, members)
        } else if let event {
            if let refusal { act?.edit { $0.refusal = refusal } }
            try act?.apply(event, members)
        } else {
            try fact("review.\(verdict.rawValue)", members)
            // The case goes on, and is answered in part: what for, the answer says.
            if let refusal { act?.edit { $0.refusal = refusal } }
        }
        if let queue = review.kind.worker(of: act?.records.first?.machine) { act?.tell(queue) }
        act?.settleReview()
    }

    /// The reason of a refusal: the kind's own, or the one that the person names.
    private func refusal(
        by event: CaseEvent?,
        _ verdict: ReviewKind.Verdict,
        named: RefusalReason?
    ) throws -> RefusalReason? {
        // Nobody has asked for a disclosure whom its refusal, or a part that is missing, would have to be explained to.
        if act?.records.first?.kind == .disclosure {
            guard named == nil else {
                throw Failure("--refusal", "is for what a person has asked for", "leave it out: --reason says why")
            }
            return nil
        }
        guard event == .refusedByPerson || event == .instructionDenied else {
            if review.kind == .targetStuck, verdict == .denied {
                guard let named else {
                    throw Failure(
                        "--refusal",
                        "is missing: an answer in part says what the rest was refused for (Y2, C5)",
                        "name one of \(RefusalReason.words.joined(separator: ", "))"
                    )
                }
                return named
            }
            // Of a harvest the copies that wait are refused, or nobody is.
            if review.kind == .harvest, verdict == .confirmed { return named }
            guard named == nil else {
                throw Failure(
                    "--refusal",
                    "belongs to a verdict that refuses the request, and this one does not",
                    "leave it out"
                )
            }
            return nil
        }
        guard let reason = review.kind.refusal else {
            guard let named else {
                throw Failure(
                    "--refusal",
                    "is missing: a refusal says what for (Y2)",
                    "name one of \(RefusalReason.words.joined(separator: ", "))"
                )
            }
            return named
        }
        guard named == nil || named == reason else {
            throw Failure("--refusal", "is \(reason.rawValue) for a task of this kind", "leave it out")
        }
        return reason
    }

    /// What has to be written, in the transaction that locked.
    nonisolated(nonsending) mutating func statements(on connection: PostgresConnection) async throws -> [SQL] {
        if let incident {
            var reviews = ReviewWrites()
            reviews.settle(case: incident.id)
            return written + reviews.statements
        }
        guard act != nil else {
            var deadlines = DeadlineWrites()
            deadlines.end(subject: review.id, isMet: true)
            var wakeUps = WakeUps()
            let waiting = try await connection.query(ExportWait.release(review.id, refusal: copiesRefused))
            for id in try waiting.decode(as: UUID.self) { wakeUps.wake(.export, for: id) }
            copies = waiting.count
            return written + deadlines.statements + (try await wakeUps.statements(at: now, on: connection))
        }
        return written + (try await act?.statements(on: connection) ?? [])
    }

    private mutating func fact(_ name: String, _ members: (inout JSONWriter) -> Void) throws {
        if act != nil {
            act?.record(name, members)
        } else if var chain = incident?.chain {
            written += pen.append(name, to: &chain, members)
            incident?.chain = chain
        } else if var chain = installation {
            written += pen.append(name, to: &chain, members)
            installation = chain
        }
    }
}
