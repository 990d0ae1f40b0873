import FoundationEssentials
package import Postgres
import Rights

/// New and changed case rows of one transaction, column by column, written with one statement each.
package struct CaseFileWrites: Sendable {
    private var opened: [CaseFileRecord] = []
    private var changed: [CaseFileRecord] = []
    private var settled: [CaseFileRecord] = []

    package init() {}

    package mutating func open(_ record: CaseFileRecord) { opened.append(record) }

    package mutating func change(_ record: CaseFileRecord) { changed.append(record) }

    /// The regime of the case became known. A statement of its own: no worker may write that column.
    package mutating func settleRegime(of record: CaseFileRecord) { settled.append(record) }

    package var statements: [SQL] {
        var statements: [SQL] = []
        if !opened.isEmpty { statements.append(insert) }
        if !changed.isEmpty { statements.append(update) }
        if !settled.isEmpty {
            statements.append(
                """
                UPDATE habeas.case_file AS c SET regulation = n.regulation
                  FROM unnest(\(settled.map(\.id))::uuid[], \(settled.map(\.regulation.rawValue))::text[]) AS n (id, regulation)
                 WHERE c.id = n.id
                """
            )
        }
        return statements
    }

    private var insert: SQL {
        """
        INSERT INTO habeas.case_file (id, client_id, kind, lane, role, right_asked, regulation, profile, state, state_since,
          queue, publisher_id, request_ref, subject_index, group_id, reference, anchor_at, received_at, outcome_seq,
          evidence_seq, evidence_head, profile_version, is_minor, country, submitted_at, ask, linked_to, has_health,
          agreement_version, relationship)
        SELECT * FROM unnest(\(opened.map(\.id))::uuid[], \(opened.map(\.clientID))::text[],
          \(opened.map(\.kind.rawValue))::text[], \(opened.map(\.lane.rawValue))::text[],
          \(opened.map(\.role.rawValue))::text[], \(opened.map { $0.right?.rawValue })::text[],
          \(opened.map(\.regulation.rawValue))::text[], \(opened.map(\.profile))::text[],
          \(opened.map(\.state.rawValue))::text[], \(opened.map(\.stateSince))::timestamptz[],
          \(opened.map(\.queue.rawValue))::text[], \(opened.map(\.publisherID))::text[],
          \(opened.map(\.requestRef))::text[], \(opened.map { Int32($0.subjectIndex) })::int4[],
          \(opened.map(\.groupID))::uuid[], \(opened.map(\.reference))::text[], \(opened.map(\.anchor))::timestamptz[],
          \(opened.map(\.receivedAt))::timestamptz[], \(opened.map { Int32($0.outcomeSequence) })::int4[],
          \(opened.map { Int32($0.chain.sequence) })::int4[], \(opened.map(\.chain.head))::bytea[],
          \(opened.map { Int32($0.profileVersion) })::int4[],
          \(opened.map(\.isMinor))::bool[], \(opened.map(\.country))::text[], \(opened.map(\.submittedAt))::timestamptz[],
          \(opened.map(\.ask))::bytea[], \(opened.map(\.linkedTo))::uuid[], \(opened.map(\.hasHealthData))::bool[],
          \(opened.map { $0.agreementVersion.map(Int32.init) })::int4[],
          \(opened.map { $0.relationship?.rawValue })::text[])
        """
    }

    private var update: SQL {
        """
        UPDATE habeas.case_file AS c
           SET client_id = n.client_id, state = n.state, state_since = n.state_since, queue = n.queue,
               outcome_seq = n.outcome_seq, evidence_seq = n.evidence_seq, evidence_head = n.evidence_head, extended_at = n.extended_at,
               linked_to = n.linked_to, answer_by = n.answer_by, refusal = n.refusal, referral_prohibited = n.referral_prohibited
          FROM unnest(\(changed.map(\.id))::uuid[], \(changed.map(\.clientID))::text[],
                 \(changed.map(\.state.rawValue))::text[], \(changed.map(\.stateSince))::timestamptz[],
                 \(changed.map(\.queue.rawValue))::text[], \(changed.map { Int32($0.outcomeSequence) })::int4[],
                 \(changed.map { Int32($0.chain.sequence) })::int4[], \(changed.map(\.chain.head))::bytea[],
                 \(changed.map(\.extendedAt))::timestamptz[], \(changed.map(\.linkedTo))::uuid[],
                 \(changed.map { $0.answerBy?.rawValue })::text[], \(changed.map { $0.refusal?.rawValue })::text[],
                 \(changed.map(\.referralProhibited))::text[])
            AS n (id, client_id, state, state_since, queue, outcome_seq, evidence_seq, evidence_head, extended_at, linked_to,
                  answer_by, refusal, referral_prohibited)
         WHERE c.id = n.id
        """
    }
}
