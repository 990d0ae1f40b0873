package import FoundationEssentials
package import Postgres
package import Rights

/// The row of a case: what is decided from, and the head of its chain. Whoever changes it holds its lock.
package struct CaseFileRecord: Sendable {
    package let id: UUID
    package var clientID: String?
    package let kind: CaseKind
    package let lane: Lane
    package let role: Role
    package let right: Right?
    /// Whose data it is about; nil where it is no request of a person, or an older program has begun it.
    package let relationship: Relationship?
    /// Changes once at most: where a person settles a regime that nobody could name.
    package var regulation: Regulation
    package let profile: String
    /// The version of the profile that the case began under, and keeps.
    package let profileVersion: Int
    /// The number of its client's agreement that the case began under, or that was in force when its client became known, and
    /// keeps. Nil where no client is known, or where the program that began the case kept no number.
    package var agreementVersion: Int?
    package let isMinor: Bool
    /// Whether the request was said to hold health data.
    package let hasHealthData: Bool
    /// Where the person said to be; counts where no client is known.
    package let country: String?
    /// When the person first asked.
    package let submittedAt: Date?
    package var extendedAt: Date?
    package var state: CaseState
    package var stateSince: Date
    package var queue: WorkQueue
    package let publisherID: String
    package let requestRef: String?
    package let subjectIndex: Int
    package let groupID: UUID?
    package let reference: String?
    package let anchor: Date
    package let receivedAt: Date
    /// The keyed digest of who asks for what; nil where nobody can ask for the same.
    package var ask: [UInt8]?
    /// The open case that answers this one, too.
    package var linkedTo: UUID?
    /// Who tells the person what became of it, as the client's decision says (K5).
    package var answerBy: Answerer?
    /// Why it was refused (Y2).
    package var refusal: RefusalReason?
    /// Why it may not be referred to its client (K4); nil where it may.
    package var referralProhibited: String?
    package var outcomeSequence: Int
    package var chain: EvidenceChain

    package init(
        id: UUID,
        opening: CaseOpening,
        client: Client?,
        profile: Profile,
        publisherID: String,
        requestRef: String?,
        subjectIndex: Int,
        groupID: UUID?,
        reference: String?,
        receivedAt: Date,
        ask: [UInt8]? = nil
    ) {
        self.id = id
        clientID = client?.id
        kind = opening.kind
        lane = opening.lane
        role = opening.role
        right = opening.right
        relationship = opening.relationship
        regulation = opening.regulation
        self.profile = profile.name
        profileVersion = profile.version
        agreementVersion = client?.agreementVersion
        isMinor = opening.isMinor
        hasHealthData = opening.hasHealthData
        country = opening.country
        submittedAt = opening.submittedAt
        extendedAt = nil
        state = opening.state
        stateSince = receivedAt
        queue = opening.queue
        self.publisherID = publisherID
        self.requestRef = requestRef
        self.subjectIndex = subjectIndex
        self.groupID = groupID
        self.reference = reference
        anchor = opening.anchor
        self.receivedAt = receivedAt
        self.ask = ask
        linkedTo = nil
        answerBy = nil
        refusal = nil
        referralProhibited = nil
        outcomeSequence = 0
        chain = EvidenceChain(new: .caseFile, id: id)
    }

    /// Whether it is this vendor that writes to the person: of its own accord, or because the client has decided so (K5).
    package var isAnsweredByUs: Bool {
        switch lane {
        case .own: true
        case .referral: answerBy == .vendor
        case .fulfilment, .notice, .disclosure: false
        }
    }

    /// What the clocks of this case depend on; nil where it is no request of a person.
    package func clockFacts(pauses: [Pause]) -> CaseClocks.Facts? {
        guard kind == .request, let right, let submittedAt else { return nil }
        var facts = CaseClocks.Facts(
            lane: lane,
            state: state,
            right: right,
            regulation: regulation,
            isMinor: isMinor,
            submittedAt: submittedAt,
            instructedAt: lane == .fulfilment ? anchor : nil,
            receivedAt: receivedAt
        )
        facts.pauses = pauses
        facts.isExtended = extendedAt != nil
        return facts
    }

    /// The machine that decides what an event does to this case.
    package var machine: CaseMachine { CaseMachine(state: state, lane: lane, right: right, isLinked: linkedTo != nil) }

    /// The next number of an outcome of this case; outcomes promise no order, the number restores it.
    package mutating func nextOutcomeSequence() -> Int {
        outcomeSequence += 1
        return outcomeSequence
    }
}

extension CaseFileRecord {
    /// What ``init(row:)`` reads.
    package static let columns: SQL = """
        id, client_id, kind, lane, role, right_asked, regulation, profile, profile_version, agreement_version, is_minor, has_health, country,
        submitted_at, extended_at, state, state_since, queue, publisher_id, request_ref, subject_index, group_id, reference,
        anchor_at, received_at, ask, linked_to, answer_by, refusal, referral_prohibited, outcome_seq, evidence_seq, evidence_head,
        relationship
        """

    /// Reads and locks, in id order, the cases with these ids.
    package static func locking(ids: [UUID]) -> SQL {
        """
        SELECT \(columns) FROM habeas.case_file WHERE id = ANY(\(ids)::uuid[]) ORDER BY id FOR NO KEY UPDATE
        """
    }

    /// Reads and locks, in id order, the cases with these ids, those a publisher calls by these references or holds by
    /// these, those with one of these tasks at systems, those under which clients were told of a change, the cases that answer them
    /// where they are linked, and the open ones that ask for one of `asks`.
    ///
    /// - Parameters:
    ///   - notices: what clients were told of, by the case's id or the announcement's, each with the client.
    ///   - asks: what is asked, each with the look-up hash of one of its people, by which the cases are found.
    ///   - contracts: clients whose contract ends.
    package static func locking(
        ids: [UUID],
        publishers: [String],
        kinds: [String],
        references: [String],
        holds: [(publisher: String, reference: String)],
        tasks: [UUID] = [],
        notices: [(id: UUID, client: String)] = [],
        asks: [(lookup: [UInt8], ask: [UInt8])],
        contracts: [String] = []
    ) -> SQL {
        let asked: SQL =
            tasks.isEmpty
            ? ""
            : """

            UNION ALL
            SELECT target.case_id FROM habeas.fan_out target WHERE target.id = ANY(\(tasks)::uuid[])
            """
        let told: SQL =
            notices.isEmpty
            ? ""
            : """

            UNION ALL
            SELECT told.case_id FROM unnest(\(notices.map(\.id))::uuid[], \(notices.map(\.client))::text[]) AS meant (notice, client)
              JOIN habeas.announcement_notice told ON told.client_id = meant.client
               AND (told.case_id = meant.notice OR told.announcement_id = meant.notice)
            """
        let ending: SQL =
            contracts.isEmpty
            ? ""
            : """

            UNION ALL
            SELECT ending.id FROM habeas.case_file ending WHERE ending.kind = 'end_of_contract' AND ending.client_id = ANY(\(contracts)::text[])
            """
        let held: SQL =
            holds.isEmpty
            ? ""
            : """

            UNION ALL
            SELECT hold.case_id FROM unnest(\(holds.map(\.publisher))::text[], \(holds.map(\.reference))::text[]) AS wanted (publisher, ref)
              JOIN habeas.hold ON hold.publisher_id = wanted.publisher AND hold.hold_ref = wanted.ref
             WHERE hold.case_id IS NOT NULL
            """
        let equal: SQL =
            asks.isEmpty
            ? ""
            : """

            UNION ALL
            SELECT same.id FROM unnest(\(asks.map(\.lookup))::bytea[], \(asks.map(\.ask))::bytea[]) AS asked (lookup, ask)
              JOIN habeas.case_identity person ON person.lookup = asked.lookup
              JOIN habeas.case_file same ON same.id = person.case_id AND same.ask = asked.ask
             WHERE same.linked_to IS NULL AND same.state = ANY(\(CaseState.allCases.filter(\.isUnanswered).map(\.rawValue))::text[])
            """
        return """
            WITH named AS (
              SELECT unnest(\(ids)::uuid[]) AS id
              UNION ALL
              SELECT called.id FROM unnest(\(publishers)::text[], \(kinds)::text[], \(references)::text[]) AS wanted (publisher, kind, ref)
                JOIN habeas.case_file called ON called.publisher_id = wanted.publisher AND called.kind = wanted.kind
                 AND called.request_ref = wanted.ref\(held)\(asked)\(told)\(ending))
            SELECT \(columns) FROM habeas.case_file
             -- As an array: a row that another transaction changed while this one waited for it is checked again, and by
             -- what a join had found it would be left out.
             WHERE id = ANY(ARRAY(SELECT id FROM named
                UNION ALL
                SELECT linked.linked_to FROM named JOIN habeas.case_file linked ON linked.id = named.id
                 WHERE linked.linked_to IS NOT NULL\(equal)))
             ORDER BY id
               FOR NO KEY UPDATE
            """
    }

    package init(row: Row) throws {
        let (id, clientID, kind, lane, role, right, regulation) = try row.decode(
            UUID.self,
            String?.self,
            String.self,
            String.self,
            String.self,
            String?.self,
            String.self
        )
        self.id = id
        self.clientID = clientID
        self.kind = try Stored.word(kind, "case_file.kind")
        self.lane = try Stored.word(lane, "case_file.lane")
        self.role = try Stored.word(role, "case_file.role")
        self.right = try right.map { try Stored.word($0, "case_file.right_asked") }
        self.regulation = try Stored.word(regulation, "case_file.regulation")
        profile = try row.decode("profile", as: String.self)
        profileVersion = try row.decode("profile_version", as: Int.self)
        agreementVersion = try row.decode("agreement_version", as: Int?.self)
        isMinor = try row.decode("is_minor", as: Bool.self)
        hasHealthData = try row.decode("has_health", as: Bool.self)
        country = try row.decode("country", as: String?.self)
        submittedAt = try row.decode("submitted_at", as: Date?.self)
        extendedAt = try row.decode("extended_at", as: Date?.self)
        state = try Stored.word(try row.decode("state", as: String.self), "case_file.state")
        stateSince = try row.decode("state_since", as: Date.self)
        queue = try Stored.word(try row.decode("queue", as: String.self), "case_file.queue")
        publisherID = try row.decode("publisher_id", as: String.self)
        requestRef = try row.decode("request_ref", as: String?.self)
        subjectIndex = try row.decode("subject_index", as: Int.self)
        groupID = try row.decode("group_id", as: UUID?.self)
        reference = try row.decode("reference", as: String?.self)
        anchor = try row.decode("anchor_at", as: Date.self)
        receivedAt = try row.decode("received_at", as: Date.self)
        ask = try row.decode("ask", as: [UInt8]?.self)
        linkedTo = try row.decode("linked_to", as: UUID?.self)
        answerBy = try row.decode("answer_by", as: String?.self).map { try Stored.word($0, "case_file.answer_by") }
        refusal = try row.decode("refusal", as: String?.self).map { try Stored.word($0, "case_file.refusal") }
        referralProhibited = try row.decode("referral_prohibited", as: String?.self)
        relationship = try row.decode("relationship", as: String?.self).map {
            try Stored.word($0, "case_file.relationship")
        }
        outcomeSequence = try row.decode("outcome_seq", as: Int.self)
        chain = EvidenceChain(
            .caseFile,
            id: id,
            sequence: try row.decode("evidence_seq", as: Int.self),
            head: try row.decode("evidence_head", as: [UInt8].self)
        )
    }
}
