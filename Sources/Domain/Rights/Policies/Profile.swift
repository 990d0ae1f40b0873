/// One version of a processor's published statements, as settings: what it promises beyond the law.
package struct Profile: Sendable, Hashable {
    /// One clock that a statement or an agreement sets.
    package struct Setting: Sendable, Hashable {
        package let period: Period
        /// Where it is written: a clause of the statement or the agreement, with the obligation's id.
        package let clause: String
        package let sentence: String
        package let isUnverified: Bool
        /// The regime whose table of pauses the promise follows; nil where it runs on whatever is awaited.
        package let pausesAs: Regulation?

        package init(
            period: Period,
            clause: String,
            sentence: String,
            isUnverified: Bool = false,
            pausesAs: Regulation? = nil
        ) {
            self.period = period
            self.clause = clause
            self.sentence = sentence
            self.isUnverified = isUnverified
            self.pausesAs = pausesAs
        }
    }

    /// How sure one must be of a person before a right of controller-role cases is carried out (Y6).
    package struct IdentitySetting: Sendable, Hashable {
        package let level: VerificationLevel?
        package let clause: String

        package init(level: VerificationLevel?, clause: String) {
            self.level = level
            self.clause = clause
        }
    }

    /// Who lengthens the period of a case that cannot be answered in time (Y1).
    package struct ExtensionSetting: Sendable, Hashable {
        /// The clock does, when the answer is at risk, with this reason; else a person decides.
        package let automaticReason: String?
        package let clause: String

        package init(automaticReason: String?, clause: String) {
            self.automaticReason = automaticReason
            self.clause = clause
        }
    }

    /// From how many access requests on a person looks at it (A6). Nothing is withheld meanwhile. A rule of acceptable use.
    package struct HarvestSetting: Sendable, Hashable {
        package let requests: Int
        package let hours: Int
        package let clause: String

        package init(requests: Int, hours: Int, clause: String) {
            self.requests = requests
            self.hours = hours
            self.clause = clause
        }
    }

    /// Whether a copy may go out without what a system that is not mandatory refuses or fails to give, and where that is written. The
    /// system is named in it all the same.
    package struct PartialCopySetting: Sendable, Hashable {
        package let clause: String

        package init(clause: String) { self.clause = clause }
    }

    /// Of an incident no client is told before a person has approved the list of those that are affected, and where that is written.
    package struct BreachApprovalSetting: Sendable, Hashable {
        package let clause: String

        package init(clause: String) { self.clause = clause }
    }

    /// Who the vendor is and how it is reached, as letters say it (Y7).
    package struct Contact: Sendable, Hashable {
        package var name: String
        /// For privacy matters.
        package var email: String?
        package var postal: String?
        /// The data protection officer: a name, an address, or both.
        package var dpo: String?

        package init(name: String, email: String? = nil, postal: String? = nil, dpo: String? = nil) {
            self.name = name
            self.email = email
            self.postal = postal
            self.dpo = dpo
        }
    }

    package let name: String
    package let version: Int
    /// From this day on new cases are handled under this version (A9).
    package let effectiveFrom: CivilDate
    package let title: String
    /// When the acceptable use rules of this version were posted: they bind clients later, see ``UsePolicy``.
    package var posted: CivilDate
    package var clocks: [ClockKey: Setting] = [:]
    package var identity: [Right: IdentitySetting] = [:]
    package var extending = ExtensionSetting(automaticReason: nil, clause: "default")
    /// Nil: a person decides.
    package var partialCopy: PartialCopySetting?
    /// Nil: clients are told at once.
    package var breachApproval: BreachApprovalSetting?
    package var harvest = HarvestSetting(requests: 50, hours: 24, clause: "default (A6)")
    /// Where a complaint may go that was not settled (C3); nil where the authority is all there is.
    package var disputeBody: String?
    /// Nil where the profile does not say, see ``sender``.
    package var contact: Contact?

    package init(name: String, version: Int, effectiveFrom: CivilDate, title: String) {
        self.name = name
        self.version = version
        self.effectiveFrom = effectiveFrom
        self.title = title
        posted = effectiveFrom
    }

    /// How letters call the vendor: by the profile's name where there is nothing better.
    package var sender: Contact { contact ?? Contact(name: name) }

    /// What holds for a publisher whose profile was never applied: the law and the defaults.
    package static func standard(named name: String) -> Profile {
        Profile(
            name: name,
            version: 0,
            effectiveFrom: CivilDate(dayNumber: 0),
            title: "the law and the defaults; no profile of this name was applied"
        )
    }
}

/// What one client and the processor agreed beyond the statement, as far as law permits (K1).
package struct Agreement: Sendable, Hashable {
    /// What the parties call it: `DPA of 2026-03-01`.
    package let name: String
    package var clocks: [ClockKey: Profile.Setting] = [:]

    package init(name: String, clocks: [ClockKey: Profile.Setting] = [:]) {
        self.name = name
        self.clocks = clocks
    }
}
