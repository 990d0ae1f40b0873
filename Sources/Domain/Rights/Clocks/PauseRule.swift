/// What waiting does to the clock of a request: one row of the table of regimes and reasons.
package struct PauseRule: Sendable, Hashable {
    package enum Effect: String, Sendable, Hashable {
        case runsOn = "runs_on"
        /// The days waited do not count, except for the limit of an extension notice.
        case pauses
        /// The days waited do not count, not even for the limit of an extension notice.
        case pausesNotice = "pauses_notice"
        /// The period begins only when what was waited for has come.
        case notBegun = "not_begun"
    }

    /// Stable; explanations cite it.
    package let id: String
    package let reason: PauseReason
    package let effect: Effect
    package let source: String
    package let sentence: String
    package let isUnverified: Bool
    /// Whether the waiting counts only if it was grounded, see ``Pause/isGrounded``.
    package let needsGround: Bool

    private init(
        _ id: String,
        _ reason: PauseReason,
        _ effect: Effect,
        source: String,
        _ sentence: String,
        isUnverified: Bool = false,
        needsGround: Bool = false
    ) {
        self.id = id
        self.reason = reason
        self.effect = effect
        self.source = source
        self.sentence = sentence
        self.isUnverified = isUnverified
        self.needsGround = needsGround
    }

    /// The effect of `pause`, its ground considered.
    package func effect(of pause: Pause) -> Effect { needsGround && !pause.isGrounded ? .runsOn : effect }

    package static func rule(_ reason: PauseReason, under regulation: Regulation, right: Right?) -> PauseRule {
        switch (reason, regulation) {
        case (.identity, .gdpr): gdprIdentity
        case (.identity, .ukGDPR): ukIdentity
        case (.clarification, .gdpr) where right == .access: gdprClarification
        case (.clarification, .ukGDPR) where right == .access: ukClarification
        case (.fee, .gdpr): gdprFee
        case (.fee, .ukGDPR): ukFee
        case (_, .ccpa): ccpa(reason)
        default: runsOn(reason)
        }
    }

    /// Every row of the table, for print and for tests.
    package static var all: [PauseRule] {
        [gdprIdentity, ukIdentity, gdprClarification, ukClarification, gdprFee, ukFee]
            + PauseReason.allCases.flatMap { [ccpa($0), runsOn($0)] }
    }

    private static let gdprIdentity = PauseRule(
        "gdpr.pause_identity",
        .identity,
        .pauses,
        source: "GDPR Art. 12(6); EDPB Guidelines 01/2022",
        "The month stands still while identity information is awaited that was asked for without delay and for a recorded, reasonable doubt.",
        needsGround: true
    )
    private static let ukIdentity = PauseRule(
        "uk_gdpr.begin_identity",
        .identity,
        .notBegun,
        source: "UK GDPR Art. 12A (Data (Use and Access) Act 2025)",
        "The month begins when the identity information has come that was asked for without delay and for a recorded, reasonable doubt.",
        needsGround: true
    )
    private static let gdprClarification = PauseRule(
        "gdpr.pause_clarification",
        .clarification,
        .pauses,
        source: "GDPR Recital 63; EDPB Guidelines 01/2022",
        "Where a large amount of data is held, the month stands still while the person says which they mean, if asked without delay.",
        isUnverified: true,
        needsGround: true
    )
    private static let ukClarification = PauseRule(
        "uk_gdpr.pause_clarification",
        .clarification,
        .pausesNotice,
        source: "UK GDPR Art. 12A (Data (Use and Access) Act 2025)",
        "Days spent waiting for clarification of an access request do not count, also not for the limit of an extension notice.",
        needsGround: true
    )
    private static let gdprFee = PauseRule(
        "gdpr.run_fee",
        .fee,
        .runsOn,
        source: "GDPR Art. 12(5)",
        "The month runs on while a fee is awaited.",
        isUnverified: true
    )
    private static let ukFee = PauseRule(
        "uk_gdpr.begin_fee",
        .fee,
        .notBegun,
        source: "UK GDPR Art. 12A (Data (Use and Access) Act 2025)",
        "The month begins when the fee has been paid."
    )

    private static func ccpa(_ reason: PauseReason) -> PauseRule {
        PauseRule(
            "ccpa.run_\(reason.rawValue)",
            reason,
            .runsOn,
            source: "11 CCR 7021(b)",
            "The 45 days run on whatever is awaited."
        )
    }

    private static func runsOn(_ reason: PauseReason) -> PauseRule {
        PauseRule(
            "default.run_\(reason.rawValue)",
            reason,
            .runsOn,
            source: "no rule allows a pause",
            "The clock runs on whatever is awaited."
        )
    }
}
