/// One rule of legal time: what it is called, how long it runs, where it is written and what it says.
package struct ClockRule: Sendable, Hashable {
    /// The clocks a case, an incident or a parked message can carry.
    package enum Clock: String, Sendable, Hashable, CaseIterable {
        case confirmReceipt = "confirm_receipt"
        case refer
        case respond
        /// Until when the person must have been told that the answer takes longer.
        case extensionNotice = "extension_notice"
        case fanOut = "fan_out"
        case assist
        case purge
        case complaint
        case notifyClients = "notify_clients"
        case triage
        case clientReminder = "client_reminder"
        /// When a case that nobody goes on with ends by itself.
        case lapse
        /// When a person has to have looked at what waits for a person.
        case review
        /// When what two people have to approve has been pending for too long.
        case approval
        /// When a legal hold ends by itself.
        case holdEnd = "hold_end"
        /// When data that an exception kept is erased after all (K11).
        case exceptionEnd = "exception_end"
        /// When the words of a closed case are destroyed.
        case retention
        /// When a worker looks at the case again by itself: a time of grace is over, an earlier request may have ended.
        case look
        /// When a client that has not said that it read a notice is told again, over another channel.
        case acknowledgement
        /// Until when a client tells its authority of an incident: its own date, for information.
        case authority72h = "authority_72h"
        /// Until when a client tells the people concerned: its own date, for information.
        case individuals
        /// Until when the vendor tells its own authority of an incident in data that it controls itself.
        case ownAuthority = "own_authority"
        /// An authority's own date for what it demands (K23).
        case disclosure
        /// When a client that was told of a disclosure can object no more.
        case clientTerm = "client_term"
        /// When a client may be told of a disclosure that it was not to hear of.
        case tellClient = "tell_client"
        /// Stands still until the equal case that answers this one, too, has ended.
        case equal
        /// Until when a client may object to what it was told of.
        case objection
        /// Until when a client has to have been told of a change: before it takes effect.
        case announce

        /// Whether somebody is owed something by it: such a clock warns before and is missed afterwards. The others only
        /// say when something happens by itself.
        package var isOwed: Bool {
            switch self {
            case .confirmReceipt, .refer, .respond, .extensionNotice, .fanOut, .assist, .purge, .complaint,
                .notifyClients,
                .triage, .review, .approval, .ownAuthority, .disclosure, .announce:
                true
            case .clientReminder, .lapse, .holdEnd, .exceptionEnd, .retention, .look, .equal, .acknowledgement,
                .authority72h, .individuals, .clientTerm, .tellClient, .objection:
                false
            }
        }
    }

    /// Whose holidays are no working days.
    package enum Calendar: String, Sendable, Hashable {
        case ofPlace = "of_place"
        /// Days that are holidays both federally and in California (CCPA business days).
        case california
    }

    /// Stable; deadlines cite it.
    package let id: String
    package let clock: Clock
    package let period: Period
    /// The whole length, from the same beginning, where the person was told of an extension in time; nil where there is none.
    package let extended: Period?
    package let calendar: Calendar
    /// The article or the profile row a person can look up.
    package let source: String
    /// What the rule says, in one plain sentence.
    package let sentence: String
    /// Set where the rule could not be checked against the official text; printed with every date it gives.
    package let isUnverified: Bool
    /// The regime whose table of pauses holds, and the right it is asked for.
    package let regulation: Regulation?
    package let right: Right?

    package init(
        _ id: String,
        _ clock: Clock,
        _ period: Period,
        extended: Period? = nil,
        calendar: Calendar = .ofPlace,
        source: String,
        _ sentence: String,
        isUnverified: Bool = false,
        regulation: Regulation? = nil,
        right: Right? = nil
    ) {
        self.id = id
        self.clock = clock
        self.period = period
        self.extended = extended
        self.calendar = calendar
        self.source = source
        self.sentence = sentence
        self.isUnverified = isUnverified
        self.regulation = regulation
        self.right = right
    }

    /// The same rule asked for another right: what stands still for one may run on for another.
    package func asked(for right: Right) -> ClockRule {
        ClockRule(
            id,
            clock,
            period,
            extended: extended,
            calendar: calendar,
            source: source,
            sentence,
            isUnverified: isUnverified,
            regulation: regulation,
            right: right
        )
    }
}
