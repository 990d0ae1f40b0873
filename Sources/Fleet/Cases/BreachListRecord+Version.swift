import Crypto
package import FoundationEssentials
package import Ledger
import Rights

extension BreachListRecord {
    /// The next version of the list of an incident's clients.
    ///
    /// - Parameters:
    ///   - rows: all clients of the incident, as they are stored, in the order of their ids.
    ///   - last: the version before, where there is one.
    package init(
        of incident: UUID,
        phases: Int,
        _ rows: [BreachClientRecord],
        after last: BreachListRecord?,
        at now: Date
    ) {
        let listed = rows.filter { $0.approvedAt == nil }
        let excluded = listed.count { $0.exclusion != nil }
        self.init(
            incidentID: incident,
            number: (last?.number ?? 0) + 1,
            phases: phases,
            clients: listed.count - excluded,
            excluded: excluded,
            digest: Self.digest(of: incident, listed),
            madeAt: now
        )
    }

    /// Whether these rows still say what this version was made of.
    package func holds(_ rows: [BreachClientRecord]) -> Bool {
        Self.digest(of: incidentID, rows.filter { $0.approvedAt == nil }) == digest
    }

    /// A phase that changes nothing of the list leaves it the same.
    private static func digest(of incident: UUID, _ rows: [BreachClientRecord]) -> String {
        var hash = SHA256()
        hash.update(data: Array("\(incident.lowercaseText)\n".utf8))
        for row in rows {
            var line = JSONWriter(capacity: 256)
            line.object { row.write(to: &$0) }
            hash.update(data: line.bytes + [0x0A])
        }
        return Hex.text(hash.finalize())
    }
}
