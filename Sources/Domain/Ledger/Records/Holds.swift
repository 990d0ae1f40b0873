package import FoundationEssentials
package import Postgres

/// Legal holds: on a case, on a client, or on people.
///
/// Of one on a client or on people there is a single row without a case. It holds what waits on holds of every case that is
/// that client's, or one of those people's, of those that come later too.
package enum Holds {
    /// The holds in place on these cases: case, hold, and when it ends by itself.
    package static func open(on cases: [UUID]) -> SQL {
        "SELECT case_id, id, until FROM habeas.hold WHERE case_id = ANY(\(cases)::uuid[]) AND lifted_at IS NULL"
    }

    /// Places a hold under a publisher's reference, or under an operator's own; on a case, on a client, or on people.
    ///
    /// - Parameter people: how many identities it names.
    package static func place(
        _ id: UUID,
        publisher: String?,
        reference: String,
        client: String?,
        case caseID: UUID?,
        people: Int = 0,
        at now: Date,
        until: Date?
    ) -> SQL {
        """
        INSERT INTO habeas.hold (id, publisher_id, hold_ref, client_id, case_id, placed_at, until, people, told_to)
        VALUES (\(id), \(publisher), \(reference), \(client), \(caseID), \(now), \(until), \(Int32(people)),
          \(caseID == nil ? nobody : nil))
        """
    }

    /// Lifts those of these that are in place. Workers of the cases are told of one without a case by the clock.
    package static func lift(_ ids: [UUID], at now: Date) -> SQL {
        """
        UPDATE habeas.hold SET lifted_at = \(now), told_to = CASE WHEN case_id IS NULL THEN \(nobody) END
         WHERE id = ANY(\(ids)::uuid[]) AND lifted_at IS NULL
        """
    }

    /// Before every case.
    package static let nobody = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}

/// What a hold without a case keeps from going out.
extension Holds {
    /// On whom it is.
    package enum Scope: Sendable {
        case client(String)
        /// On the people whose look-ups belong to this hold.
        case people(UUID)

        /// Of a hold without a case: on its client, or on people at it or wherever they are.
        package init(of hold: UUID, client: String?, people: Int) {
            self = if let client, people == 0 { .client(client) } else { .people(hold) }
        }
    }

    /// The people a hold names, at one client, or where there is none.
    package struct Reach: Sendable {
        package let client: String?
        package let lookups: [[UInt8]]

        package init(client: String?, lookups: [[UInt8]]) {
            self.client = client
            self.lookups = lookups
        }
    }

    package static func add(_ reach: [Reach], to id: UUID, keyID: String) -> SQL {
        let rows = reach.flatMap { reach in reach.lookups.map { (reach.client ?? "", $0) } }
        return """
            INSERT INTO habeas.hold_identity (lookup, hold_id, client_id, key_id)
            SELECT n.lookup, \(id), n.client_id, \(keyID)
              FROM unnest(\(rows.map(\.1))::bytea[], \(rows.map(\.0))::text[]) AS n (lookup, client_id)
            ON CONFLICT DO NOTHING
            """
    }

    /// Suspends what has not begun. What lies in the broker already is taken back; what is leased finishes, and waits then. Taken
    /// in the order of their ids: whoever enters outcomes locks in the same one.
    package static func suspend(_ scope: Scope, at now: Date) -> SQL {
        """
        WITH theirs AS MATERIALIZED (
          SELECT e.id FROM habeas.effect e WHERE e.state IN ('planned', 'retrying') AND e.held_at IS NULL AND e.waits_on_hold AND \(effects(of: scope))
          UNION ALL
          SELECT e.id FROM habeas.effect e WHERE e.state IN ('released', 'leased') AND e.held_at IS NULL AND e.waits_on_hold AND \(effects(of: scope))),
        locked AS MATERIALIZED (
          SELECT e.id FROM habeas.effect e WHERE e.id = ANY(ARRAY(SELECT id FROM theirs)) ORDER BY e.id FOR NO KEY UPDATE)
        UPDATE habeas.effect AS e
           SET held_at = \(now),
               state = CASE WHEN e.state <> 'released' THEN e.state WHEN e.attempts > 0 THEN 'retrying' ELSE 'planned' END,
               next_attempt_at = CASE WHEN e.state = 'released' THEN now() ELSE e.next_attempt_at END
          FROM locked WHERE e.id = locked.id AND e.held_at IS NULL AND e.state IN ('planned', 'released', 'leased', 'retrying')
        """
    }

    /// Frees what no other hold keeps. Comes after ``lift(_:at:)`` in its transaction.
    package static func free(_ scope: Scope) -> SQL {
        let mine: SQL =
            switch scope {
            case .client(let id): "e.client_id = \(id)"
            case .people(let id): "e.subject_id = ANY(ARRAY(\(cases(ofPeople: id))))"
            }
        return """
            WITH theirs AS MATERIALIZED (
              SELECT e.id FROM habeas.effect e WHERE e.state IN ('planned', 'retrying') AND e.held_at IS NOT NULL AND \(mine)
              UNION ALL
              SELECT e.id FROM habeas.effect e WHERE e.state IN ('released', 'leased') AND e.held_at IS NOT NULL AND \(mine)),
            locked AS MATERIALIZED (
              SELECT e.id FROM habeas.effect e WHERE e.id = ANY(ARRAY(SELECT id FROM theirs)) ORDER BY e.id FOR NO KEY UPDATE)
            UPDATE habeas.effect AS e SET held_at = NULL
              FROM locked
             WHERE e.id = locked.id AND e.held_at IS NOT NULL AND e.state IN ('planned', 'leased', 'retrying')
               AND NOT habeas.is_held(e.case_id, e.client_id)
            """
    }

    /// The next cases, after one, whose erasure a hold stops or stopped before a target.
    package static func cases(_ scope: Scope, after id: UUID, limit: Int) -> SQL {
        let mine: SQL =
            switch scope {
            case .client(let client): "f.client_id = \(client)"
            case .people(let hold): "f.case_id = ANY(ARRAY(\(cases(ofPeople: hold))))"
            }
        return """
            SELECT DISTINCT f.case_id FROM habeas.fan_out f
             WHERE f.state IN ('waiting', 'acting', 'stuck') AND f.case_id > \(id) AND \(mine)
             ORDER BY f.case_id LIMIT \(limit)
            """
    }

    /// By the places that effects go to, since that is how what waits is kept in order.
    private static func effects(of scope: Scope) -> SQL {
        switch scope {
        case .client(let id):
            """
            e.line = \(id) AND e.client_id = \(id)
              AND e.target_id = ANY(ARRAY(SELECT t.id FROM habeas.target t WHERE t.client_id IS NULL OR t.client_id = \(id)))
            """
        case .people(let id): "e.subject_id = ANY(ARRAY(\(cases(ofPeople: id))))"
        }
    }

    /// Theirs, and the ends of contracts that would erase them with everybody else.
    private static func cases(ofPeople hold: UUID) -> SQL {
        """
        SELECT p.case_id FROM habeas.hold_identity i JOIN habeas.case_identity p ON p.lookup = i.lookup WHERE i.hold_id = \(hold)
        UNION
        SELECT c.id FROM habeas.case_file c
         WHERE c.kind = 'end_of_contract' AND c.client_id IN (SELECT i.client_id FROM habeas.hold_identity i WHERE i.hold_id = \(hold))
        """
    }
}
