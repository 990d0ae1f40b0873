package import FoundationEssentials
import Rights

/// The last time that a case's chain says that it may not be referred, and why.
package struct NotedProhibition: Sendable, Hashable {
    package let reason: String
    package let at: Date

    package init(reason: String, at: Date) {
        self.reason = reason
        self.at = at
    }

    /// - Parameter body: of the fact `referral.prohibited`.
    init(body: String, at: Date) {
        let (document, fault) = JSONScanner.scan(Array(body.utf8), maximumDepth: 4)
        var reason = ""
        if fault == nil, let index = document.member(0, "reason"), document.kind(index) == .string {
            reason = document.string(index)
        }
        self.init(reason: reason, at: at)
    }

    /// Whether a person's word that the case may be referred after all, given at `time`, was about this prohibition. One that came
    /// later, or for another reason, needs a word of its own.
    func isLifted(bySaying time: Date?, of current: String) -> Bool {
        reason == current && (time ?? .distantPast) >= at
    }
}
