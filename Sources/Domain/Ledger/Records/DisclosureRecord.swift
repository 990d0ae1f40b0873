package import FoundationEssentials
package import Postgres
package import Rights

/// A row of the register of disclosures: an authority's demand about one person, and how far it has come beside its case's state.
package struct DisclosureRecord: Sendable {
    /// Where cases come from that a person opens; no publisher can be called so.
    package static let publisherID = "_operator"

    package let caseID: UUID
    package let clientID: String
    /// Of all cases of one demand.
    package let demandID: UUID
    package let demand: DisclosureDemand
    /// When what forbade telling the client was over.
    package var prohibitionEndedAt: Date?
    /// When the client knew, or a person had said that nobody can tell it.
    package var toldAt: Date?
    package let openedAt: Date
    /// A login, as the database has it; empty before it is written.
    package private(set) var openedBy = ""
    package private(set) var handedOver: HandedOver?

    package struct HandedOver: Sendable, Hashable {
        package let at: Date
        /// A login.
        package let by: String
        package let to: String
    }

    package init(caseID: UUID, clientID: String, demandID: UUID, demand: DisclosureDemand, at now: Date) {
        self.caseID = caseID
        self.clientID = clientID
        self.demandID = demandID
        self.demand = demand
        openedAt = now
    }

    /// Why the client may not be told now; nil where it may.
    package func prohibition(at now: Date) -> String? {
        guard let prohibition = demand.prohibition, prohibitionEndedAt == nil,
            prohibition.until.map({ $0 > now }) ?? true
        else { return nil }
        return prohibition.reason
    }
}

extension DisclosureRecord {
    package static let columns: SQL = """
        d.case_id, d.client_id, d.demand_id, d.authority, d.country, d.kind, d.law, d.article, d.reference, d.reviewer, d.delivery,
        d.relationship, d.systems, d.categories, d.demanded_at, d.due_at, d.client_term, d.prohibition, d.prohibited_until,
        d.prohibition_ended_at, d.told_at, d.opened_at, d.opened_by::text AS opened_by, d.handed_over_at,
        d.handed_over_by::text AS handed_over_by, d.handed_over_to
        """

    package static func reading(of cases: [UUID]) -> SQL {
        "SELECT \(columns) FROM habeas.disclosure d WHERE d.case_id = ANY(\(cases)::uuid[])"
    }

    package init(row: Row) throws {
        func text(_ name: String) throws -> String { try row.decode(name, as: String.self) }
        caseID = try row.decode("case_id", as: UUID.self)
        clientID = try text("client_id")
        demandID = try row.decode("demand_id", as: UUID.self)
        guard let term = Period(try text("client_term")) else {
            throw StoredWordError(column: "disclosure.client_term")
        }
        let until = try row.decode("prohibited_until", as: Date?.self)
        demand = DisclosureDemand(
            authority: try text("authority"),
            country: try text("country"),
            kind: try Stored.word(try text("kind"), "disclosure.kind"),
            law: try text("law"),
            article: try text("article"),
            reference: try text("reference"),
            reviewer: try text("reviewer"),
            delivery: try text("delivery"),
            relationship: try Stored.word(try text("relationship"), "disclosure.relationship"),
            scope: DisclosureScope(
                systems: try row.decode("systems", as: [String].self),
                categories: try row.decode("categories", as: [String].self)
            ),
            demandedAt: try row.decode("demanded_at", as: Date.self),
            dueAt: try row.decode("due_at", as: Date.self),
            term: term,
            prohibition: try row.decode("prohibition", as: String?.self).map {
                DisclosureDemand.Prohibition(reason: $0, until: until)
            }
        )
        prohibitionEndedAt = try row.decode("prohibition_ended_at", as: Date?.self)
        toldAt = try row.decode("told_at", as: Date?.self)
        openedAt = try row.decode("opened_at", as: Date.self)
        openedBy = try text("opened_by")
        if let at = try row.decode("handed_over_at", as: Date?.self),
            let by = try row.decode("handed_over_by", as: String?.self),
            let to = try row.decode("handed_over_to", as: String?.self)
        {
            handedOver = HandedOver(at: at, by: by, to: to)
        }
    }

    package var insert: SQL {
        """
        INSERT INTO habeas.disclosure (case_id, client_id, demand_id, authority, country, kind, law, article, reference, reviewer, delivery,
          relationship, systems, categories, demanded_at, due_at, client_term, prohibition, prohibited_until, opened_at)
        VALUES (\(caseID), \(clientID), \(demandID), \(demand.authority), \(demand.country), \(demand.kind.rawValue), \(demand.law),
          \(demand.article), \(demand.reference), \(demand.reviewer), \(demand.delivery), \(demand.relationship.rawValue),
          \(demand.scope.systems), \(demand.scope.categories), \(demand.demandedAt), \(demand.dueAt), \(demand.term.description),
          \(demand.prohibition?.reason), \(demand.prohibition?.until), \(openedAt))
        """
    }

    /// The client knows of it since then.
    package func told(at time: Date) -> SQL {
        "UPDATE habeas.disclosure SET told_at = \(time) WHERE case_id = \(caseID) AND told_at IS NULL"
    }

    /// The client may be told of these from now on.
    package static func endProhibition(of cases: [UUID], at now: Date) -> SQL {
        """
        UPDATE habeas.disclosure SET prohibition_ended_at = \(now)
         WHERE case_id = ANY(\(cases)::uuid[]) AND prohibition IS NOT NULL AND prohibition_ended_at IS NULL
        """
    }

    /// The authority has what these have collected; the database names who gave it.
    package static func handOver(_ cases: [UUID], to office: String, at now: Date) -> SQL {
        """
        UPDATE habeas.disclosure SET handed_over_at = \(now), handed_over_to = \(office)
         WHERE case_id = ANY(\(cases)::uuid[])
        """
    }
}
