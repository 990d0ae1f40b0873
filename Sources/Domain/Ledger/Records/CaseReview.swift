package import FoundationEssentials
package import Postgres
package import Rights

/// That a person was called to a case, and what they said: as far as plans decide from it.
package struct CaseReview: Sendable, Hashable {
    package let kind: ReviewKind
    package let openedAt: Date
    /// Nil, as the verdict, while nobody has said anything.
    package var settledAt: Date?
    package var verdict: ReviewKind.Verdict?

    package init(_ kind: ReviewKind, openedAt: Date, settledAt: Date? = nil, verdict: ReviewKind.Verdict? = nil) {
        self.kind = kind
        self.openedAt = openedAt
        self.settledAt = settledAt
        self.verdict = verdict
    }

    package var isOpen: Bool { verdict == nil }

    /// All that there ever were of these cases, in the order in which they were opened.
    package static func reading(of cases: [UUID]) -> SQL {
        """
        SELECT case_id, kind, opened_at, settled_at, verdict FROM habeas.review
         WHERE case_id = ANY(\(cases)::uuid[]) ORDER BY opened_at, id
        """
    }

    /// - Parameter rows: what ``reading(of:)`` reads. Kinds that only a newer version knows are left out.
    package static func byCase(_ rows: Rows) throws -> [UUID: [CaseReview]] {
        var reviews: [UUID: [CaseReview]] = [:]
        for (id, word, openedAt, settledAt, verdict) in try rows.decode(
            UUID.self,
            String.self,
            Date.self,
            Date?.self,
            String?.self
        ) {
            guard let kind = ReviewKind(rawValue: word) else { continue }
            let said = try verdict.map { try Stored.word($0, "review.verdict") as ReviewKind.Verdict }
            reviews[id, default: []].append(CaseReview(kind, openedAt: openedAt, settledAt: settledAt, verdict: said))
        }
        return reviews
    }
}

extension [CaseReview] {
    /// What they are asked for has come about without them.
    package mutating func dismiss(_ kind: ReviewKind, at now: Date) {
        for index in indices where self[index].kind == kind && self[index].isOpen {
            self[index].settledAt = now
            self[index].verdict = .moot
        }
    }
}
