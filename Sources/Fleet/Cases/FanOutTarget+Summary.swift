import FoundationEssentials
package import Rights

extension FanOutTarget {
    /// What publishers and clients are told of one target: codes, numbers and dates.
    package func summarise(to item: inout JSONWriter) {
        item.member("system", system)
        item.member("part", part == .whole ? nil : part.rawValue)
        item.member("operation", operation)
        item.member("state", state)
        item.member("outcome", outcome)
        item.member("cause", cause)
        item.member("mandatory", isMandatory)
        item.member("rows", findings.rows)
        item.member("acted_at", actedAt)
        item.member("verified_at", verifiedAt)
        item.member("verified_by", verifiedBy)
        item.member("pending_until", state == .grace ? verifyAt : state.isFinal ? nil : dueAt)
        item.member("backups_until", backupsUntil)
        item.member("gone_by", goneBy)
    }
}
