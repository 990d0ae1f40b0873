package import FoundationEssentials
package import Postgres
import Rights

/// A clock that somebody still has to answer for: open, or missed while what it is about is not over.
package struct OwedClock: Sendable {
    package let subject: UUID
    package let client: String?
    package let clock: String
    package let rule: String
    /// The article or clause.
    package let source: String
    package let dueAt: Date
    package let state: String
    package let isProvisional: Bool
    package let isUnverified: Bool
    /// In seconds of domain time; below zero where it has passed.
    package let secondsLeft: Double
    /// Of the case; nil where it is about something else.
    package let caseState: String?
    package let lane: String?
    /// What a person has to do first.
    package let waitsFor: String?

    /// A clock that was missed is over when its case is.
    package static let finals = CaseState.allCases.filter(\.isFinal).map(\.rawValue)

    /// Due within this time is at risk.
    package static let risk = Duration.seconds(86_400)

    /// Whether a missed clock `d`, with its case `c` where it has one, is still owed.
    private static let isOwed: SQL = """
        (NOT c.state = ANY(\(finals)::text[])
         OR EXISTS (SELECT FROM habeas.parked_message p WHERE p.id = d.subject_id AND p.state = 'open')
         OR EXISTS (SELECT FROM habeas.incident i WHERE i.id = d.subject_id AND i.state = 'open')
         OR EXISTS (SELECT FROM habeas.review r WHERE r.id = d.subject_id AND r.settled_at IS NULL))
        """

    /// Those that end within a time, the most urgent first.
    ///
    /// - Parameter condition: on the clock, `d`.
    package static func within(_ time: Duration, where condition: SQL = "true", limit: Int) -> SQL {
        // next_at is never later than due_at: its index finds what comes due within the window.
        """
        SELECT d.subject_id, d.client_id, d.clock, d.rule, d.source, d.due_at, d.state, d.provisional, d.unverified,
               extract(epoch FROM d.due_at - habeas.domain_now())::float8, c.state, c.lane,
               CASE WHEN d.clock = \(ClockRule.Clock.notifyClients.rawValue) THEN
                 (SELECT r.kind FROM habeas.review r WHERE r.incident_id = d.subject_id AND r.settled_at IS NULL
                                                        AND r.kind = \(ReviewKind.breachClients.rawValue)) END
          FROM (SELECT * FROM habeas.deadline WHERE next_at <= habeas.domain_now() + \(time)::interval
                 UNION ALL
                SELECT * FROM habeas.deadline WHERE state = 'missed') AS d
          LEFT JOIN habeas.case_file c ON c.id = d.case_id
         WHERE d.due_at <= habeas.domain_now() + \(time)::interval AND \(condition) AND (d.state = 'open' OR \(isOwed))
         ORDER BY d.due_at, d.subject_id, d.clock LIMIT \(limit)
        """
    }

    /// How many are overdue, and how many at risk.
    package static let counts: SQL = """
        SELECT count(*) FILTER (WHERE d.due_at < habeas.domain_now())::int8 AS overdue,
               count(*) FILTER (WHERE d.due_at >= habeas.domain_now())::int8 AS at_risk
          FROM habeas.deadline d LEFT JOIN habeas.case_file c ON c.id = d.case_id
         WHERE d.due_at < habeas.domain_now() + \(risk)::interval
           AND (d.next_at < habeas.domain_now() + \(risk)::interval OR (d.state = 'missed' AND \(isOwed)))
        """

    package init(row: Row) throws {
        (
            subject, client, clock, rule, source, dueAt, state, isProvisional, isUnverified, secondsLeft, caseState,
            lane,
            waitsFor
        ) = try row.decode(
            UUID.self,
            String?.self,
            String.self,
            String.self,
            String.self,
            Date.self,
            String.self,
            Bool.self,
            Bool.self,
            Double.self,
            String?.self,
            String?.self,
            String?.self
        )
    }
}
