package import FoundationEssentials
package import Postgres
package import Rights

/// The suppression list: keyed hashes of people whose data are not to be used for something any more.
package enum Suppressions {
    /// What is not to be done any more; the raw value is stored and told.
    package enum Scope: String, ClosedList {
        case marketing, sale, sharing
        case thirdPartyTransfers = "third_party_transfers"
        /// An objection (GDPR Art. 21).
        case objection
        /// A consent that was withdrawn (GDPR Art. 7(3)).
        case consent
        /// Sensitive personal information beyond what is necessary (Cal. Civ. Code 1798.121).
        case sensitive

        /// What a request of this right suppresses; of an opt-out without a scope all that can be opted out of.
        package static func scopes(of right: Right, optOutOf: [OptOutScope]) -> [Scope] {
            switch right {
            case .optOut:
                let named = optOutOf.compactMap { Scope(rawValue: $0.rawValue) }
                return named.isEmpty ? [.marketing, .sale, .sharing, .thirdPartyTransfers] : named
            case .objection: return [.objection]
            case .withdrawConsent: return [.consent]
            case .limitSensitive: return [.sensitive]
            case .access, .portability, .rectification, .erasure, .restriction, .disclosureList, .publicRemoval:
                return []
            }
        }
    }

    package struct Entry: Sendable {
        package let lookup: [UInt8]
        package let scope: Scope

        package init(lookup: [UInt8], scope: Scope) {
            self.lookup = lookup
            self.scope = scope
        }
    }

    package static func insert(
        _ entries: [Entry],
        client: String?,
        keyID: String,
        case id: UUID,
        at now: Date
    ) -> SQL {
        """
        INSERT INTO habeas.suppression (lookup, client_id, scope, key_id, normalisation, case_id, since)
        SELECT n.lookup, \(client ?? ""), n.scope, \(keyID), \(Int16(Identity.normalisationVersion)), \(id), \(now)
          FROM unnest(\(entries.map(\.lookup))::bytea[], \(entries.map(\.scope.rawValue))::text[]) AS n (lookup, scope)
        -- It is the last one's who wanted it: lifting it in an older case lifts nothing.
        ON CONFLICT (lookup, scope) DO UPDATE SET lifted_at = NULL, case_id = excluded.case_id,
          since = CASE WHEN suppression.lifted_at IS NULL THEN suppression.since ELSE excluded.since END
        """
    }

    /// Lifts those of these cases that hold; answers their scopes, one a row.
    package static func lift(of cases: [UUID], at now: Date) -> SQL {
        """
        UPDATE habeas.suppression SET lifted_at = \(now) WHERE case_id = ANY(\(cases)::uuid[]) AND lifted_at IS NULL
        RETURNING case_id, scope
        """
    }

    /// Which of these look-ups are suppressed: look-up and scope.
    package static func found(among lookups: [[UInt8]]) -> SQL {
        "SELECT lookup, scope FROM habeas.suppression WHERE lookup = ANY(\(lookups)::bytea[]) AND lifted_at IS NULL"
    }

    /// Which scopes hold for the people of these cases: case and scope.
    package static func scopes(of cases: [UUID]) -> SQL {
        """
        SELECT DISTINCT p.case_id, s.scope FROM habeas.case_identity p JOIN habeas.suppression s ON s.lookup = p.lookup
         WHERE p.case_id = ANY(\(cases)::uuid[]) AND s.lifted_at IS NULL
        """
    }
}
