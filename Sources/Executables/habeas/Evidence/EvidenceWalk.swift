import FoundationEssentials
import Ledger
import Postgres

/// Follows chains row by row and compares their ends with what their subjects say.
///
/// Subjects come a page at a time in the order of their chains' ids, and with each page the evidence of that range of ids:
/// so a row whose chain has no subject is met on the way, and memory holds one page.
struct EvidenceWalk {
    struct Fault {
        let chain: UUID
        let kind: String
        let what: String
    }

    private struct Subject {
        let kind: String
        let sequence: Int
        let head: [UInt8]
    }

    /// So many faults are listed; the rest is counted.
    private static let listed = 1_000
    private static let pageSize = 2_000

    private(set) var chains = 0
    private(set) var rows = 0
    private(set) var byKind: [String: Int] = [:]
    private(set) var faults: [Fault] = []
    private(set) var faultCount = 0

    private var subjects: [UUID: Subject] = [:]
    private var current: (id: UUID, subject: Subject?, check: EvidenceCheck, kindDiffers: Bool)?

    static func all(on connection: PostgresConnection) async throws -> EvidenceWalk {
        var walk = EvidenceWalk()
        var last: UUID?
        // A cursor of its own name stays open while those of the evidence come and go.
        try await connection.query("DECLARE evidence_subjects NO SCROLL CURSOR FOR \(allSubjects)")
        while true {
            let page = try await connection.query("FETCH \(raw: String(pageSize)) FROM evidence_subjects")
            guard let end = try walk.take(page) else { break }
            try await walk.follow(EvidenceRow.between(last, end), on: connection)
            last = end
        }
        // Whatever lies beyond the last subject has none.
        try await walk.follow(EvidenceRow.between(last, nil), on: connection)
        return walk
    }

    static func cases(_ ids: [UUID], on connection: PostgresConnection) async throws -> EvidenceWalk {
        var walk = EvidenceWalk()
        for id in ids {
            let rows = try await connection.query(
                "SELECT id, 'case'::text, evidence_seq, evidence_head FROM habeas.case_file WHERE id = \(id)"
            )
            _ = try walk.take(rows)
            try await walk.follow(EvidenceRow.ofChain(id), on: connection)
        }
        return walk
    }

    /// An incident, with the cases of all who are told of it.
    static func incident(_ id: UUID, on connection: PostgresConnection) async throws -> EvidenceWalk {
        let told = try await connection.query(
            """
            SELECT case_id FROM habeas.breach_notice WHERE incident_id = \(id)
             UNION ALL SELECT case_id FROM habeas.breach_person WHERE incident_id = \(id)
            """
        ).decode(as: UUID.self)
        var walk = try await cases(told, on: connection)
        _ = try walk.take(
            try await connection.query(
                "SELECT id, 'incident'::text, evidence_seq, evidence_head FROM habeas.incident WHERE id = \(id)"
            )
        )
        try await walk.follow(EvidenceRow.ofChain(id), on: connection)
        return walk
    }

    private static let allSubjects: SQL = """
        SELECT id, 'case'::text, evidence_seq, evidence_head FROM habeas.case_file
        UNION ALL SELECT id, 'incident', evidence_seq, evidence_head FROM habeas.incident
        UNION ALL SELECT chain_id, 'client', evidence_seq, evidence_head FROM habeas.client
        UNION ALL SELECT chain_id, 'parked', evidence_seq, evidence_head FROM habeas.parked_message
        UNION ALL SELECT chain_id, 'installation', evidence_seq, evidence_head FROM habeas.installation
        ORDER BY 1
        """

    /// Takes in a page of subjects and answers the last one's chain.
    private mutating func take(_ page: Rows) throws -> UUID? {
        subjects.removeAll(keepingCapacity: true)
        var last: UUID?
        for row in page {
            let (id, kind, sequence, head) = try row.decode(UUID.self, String.self, Int.self, [UInt8].self)
            subjects[id] = Subject(kind: kind, sequence: sequence, head: head)
            last = id
        }
        return last
    }

    private mutating func follow(_ query: SQL, on connection: PostgresConnection) async throws {
        try await connection.streamPages(query, fetch: 5_000) { page in
            for row in page { follow(try EvidenceRow(row: row)) }
        }
        endChain()
        // Subjects without any row: right only if nothing was ever recorded about them.
        for (id, subject) in subjects {
            var check = EvidenceCheck()
            check.end(atSequence: subject.sequence, head: subject.head)
            count(id, subject.kind, check.fault.map { "\($0)" })
        }
        subjects.removeAll(keepingCapacity: true)
    }

    private mutating func follow(_ row: EvidenceRow) {
        rows += 1
        if current?.id != row.chainID {
            endChain()
            current = (row.chainID, subjects.removeValue(forKey: row.chainID), EvidenceCheck(), false)
        }
        current?.check.follow(row)
        if let subject = current?.subject, subject.kind != row.chainKind { current?.kindDiffers = true }
    }

    private mutating func endChain() {
        guard let ended = current else { return }
        current = nil
        let id = ended.id
        guard let subject = ended.subject else {
            count(id, "unknown", "its rows belong to no subject")
            return
        }
        var check = ended.check
        check.end(atSequence: subject.sequence, head: subject.head)
        count(
            id,
            subject.kind,
            check.fault.map { "\($0)" } ?? (ended.kindDiffers ? "its rows are of another kind of subject" : nil)
        )
    }

    private mutating func count(_ chain: UUID, _ kind: String, _ fault: String?) {
        chains += 1
        byKind[kind, default: 0] += 1
        guard let fault else { return }
        faultCount += 1
        if faults.count < EvidenceWalk.listed { faults.append(Fault(chain: chain, kind: kind, what: fault)) }
    }
}
