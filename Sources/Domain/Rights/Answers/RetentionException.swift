package import Foundation

/// Data that outlives an erasure for a time, with the reason, where it is written, and when it ends (K11).
package struct RetentionException: Sendable, Hashable {
    package enum Reason: String, ClosedList {
        case legalDuty = "legal_duty"
        case dispute
        case feesOwed = "fees_owed"

        /// What the person is told.
        package var refusal: RefusalReason { self == .legalDuty ? .legalObligation : .legalClaims }
    }

    /// What the exception rests on.
    package enum Basis: Sendable, Hashable {
        /// A law that demands or allows it, cited: `HGB § 257`.
        case law(String)
        /// The controller's instruction, by its reference.
        case clientInstruction(String)
        /// The vendor's own contract or claim, by its clause.
        case ownClaim(String)

        package var citation: String {
            switch self {
            case .law(let text), .clientInstruction(let text), .ownClaim(let text): text
            }
        }
    }

    /// Why a plan with this exception is refused: what is concerned, what is wrong with it, what to do.
    package struct Fault: Error, Sendable, Hashable {
        package let field: String
        package let fault: String
        package let remedy: String
    }

    /// What is kept, as the data map calls it: `invoices`.
    package let category: String
    package let reason: Reason
    package let basis: Basis
    package let until: Date

    /// - Parameters:
    ///   - relationship: whose data they are. What the vendor keeps of its clients' users it keeps as their controller; of end
    ///     users and unknowns only where the controller or a law says so.
    ///   - until: nil is refused: what has no end is no exception.
    package init(
        category: String,
        reason: Reason,
        basis: Basis,
        until: Date?,
        of relationship: Relationship,
        at now: Date
    ) throws(Fault) {
        guard !category.isEmpty else {
            throw Fault(field: "category", fault: "is empty", remedy: "name what is kept, as the data map does")
        }
        guard !basis.citation.allSatisfy(\.isWhitespace) else {
            throw Fault(
                field: "basis",
                fault: "cites nothing",
                remedy: "name the article, the clause or the client's instruction"
            )
        }
        if case .ownClaim = basis, relationship == .endUser || relationship == .unknown {
            throw Fault(
                field: "basis",
                fault: "is the vendor's own, and the data are a client's end user's (K11; GDPR Art. 28(3)(a), (g))",
                remedy: "cite the law that demands it, or get the client's instruction"
            )
        }
        guard let until else {
            throw Fault(field: "until", fault: "is missing", remedy: "say when the data go (GDPR Art. 5(1)(e))")
        }
        guard until > now else {
            throw Fault(field: "until", fault: "has passed", remedy: "leave the exception out: the data can go now")
        }
        self.category = category
        self.reason = reason
        self.basis = basis
        self.until = until
    }
}

/// All exceptions of one erasure: what its answer says, and when the rest is done.
package struct RetentionPlan: Sendable, Hashable {
    /// The earliest end first.
    package let exceptions: [RetentionException]

    package init(_ exceptions: [RetentionException]) {
        self.exceptions = exceptions.sorted { ($0.until, $0.category) < ($1.until, $1.category) }
    }

    /// One line of the answer: what is kept, why, where that is written, until when.
    package struct Line: Sendable, Hashable {
        package let category: String
        package let reason: RefusalReason
        package let citation: String
        package let until: Date
    }

    /// What the person is told of what was not done.
    package var lines: [Line] {
        exceptions.map {
            Line(category: $0.category, reason: $0.reason.refusal, citation: $0.basis.citation, until: $0.until)
        }
    }

    /// How the case goes on once everything else is done: answered as partly fulfilled, and not over before the last end.
    package var answer: CaseEvent {
        exceptions.isEmpty ? .answered(complete: true, openEnds: false) : .answered(complete: false, openEnds: true)
    }

    /// What may go at `now`: the clock has the rest of the job done.
    package func ended(at now: Date) -> [RetentionException] { exceptions.filter { $0.until <= now } }

    /// What is left at `now`.
    package func left(at now: Date) -> RetentionPlan { RetentionPlan(exceptions.filter { $0.until > now }) }

    /// The clock that ends the next of them; nil when none is left.
    package func clock(from now: Date) -> Deadline? {
        guard let next = exceptions.first(where: { $0.until > now }) else { return nil }
        return Deadline.exceptionEnd(next.until, citation: next.basis.citation, from: now)
    }
}

extension Deadline {
    /// The end of an exception: what it kept is erased then (K11).
    package static func exceptionEnd(_ until: Date, citation: String, from now: Date) -> Deadline {
        let rule = ClockRule(
            "exception.until",
            .exceptionEnd,
            Period(0, .calendarDay),
            source: "\(citation) (K11)",
            "What an exception kept is erased when the exception ends."
        )
        return Deadline(rule: rule, anchor: now, due: until, isProvisional: false)
    }
}
