import FoundationEssentials
import Postgres

/// How far the people whose data the vendor itself controls were told of an incident (G13): numbers, and nobody's name.
struct OwnPeople {
    /// How many were named, once each; among them those without an address that takes mail.
    let named: Int
    let unaddressed: Int
    /// Sealed parts that did not open.
    let unreadable: Int
    let cases: Int
    let told: Int
    let waiting: Int
    /// Whom no mail has reached, or who are not told any more.
    let untold: Int

    /// Who was stopped by one decision and has a new case by the next is one person.
    static func reading(of incident: UUID) -> SQL {
        """
        SELECT p.named, p.unaddressed, p.unreadable, count(b.case_id), count(b.told_at),
               count(b.case_id) FILTER (WHERE b.told_at IS NULL AND f.state = 'in_progress'),
               count(b.case_id) FILTER (WHERE b.told_at IS NULL AND f.state <> 'in_progress')
          FROM habeas.own_people p LEFT JOIN habeas.breach_person b ON b.incident_id = p.incident_id
               AND NOT (b.stopped_at IS NOT NULL AND EXISTS (SELECT FROM habeas.breach_person o WHERE o.incident_id = b.incident_id
                                                                AND o.lookup = b.lookup AND o.case_id > b.case_id))
          LEFT JOIN habeas.case_file f ON f.id = b.case_id
         WHERE p.incident_id = \(incident) GROUP BY 1, 2, 3
        """
    }

    init(row: Row) throws {
        (named, unaddressed, unreadable, cases, told, waiting, untold) = try row.decode(
            Int.self,
            Int.self,
            Int.self,
            Int.self,
            Int.self,
            Int.self,
            Int.self
        )
    }

    var json: JSONValue {
        [
            "named": .integer(named), "without_address": .integer(unaddressed), "unreadable": .integer(unreadable),
            "told": .integer(told), "waiting": .integer(waiting), "not_told": .integer(untold),
        ]
    }

    var line: String {
        var parts = ["\(told) of \(named) people told"]
        if waiting > 0 { parts.append("\(waiting) on the way") }
        if untold > 0 { parts.append("\(untold) not told") }
        if unaddressed > 0 { parts.append("\(unaddressed) without an address") }
        if unreadable > 0 { parts.append("\(unreadable) sealed lists do not open") }
        return "own data: \(parts.joined(separator: ", "))"
    }
}
