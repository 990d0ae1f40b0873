package import FoundationEssentials

/// One system's part in one case: what is to be done there, how far it has come, and how that is known.
///
/// The list is made once, when the case reaches the worker, and kept: what the data map says later changes no case that has
/// begun.
package struct FanOutTarget: Sendable, Hashable {
    /// Which part of the whole it is.
    package enum Part: String, ClosedList {
        case whole
        /// What an exception had kept (K11).
        case rest
        /// A restriction is lifted.
        case lift
    }

    /// Who does it.
    package enum Way: String, ClosedList {
        case connector
        /// A person, since no machine can or may.
        case person
        /// The client, in an application that it has enabled itself (K14).
        case client
        /// Nobody: it goes by itself, by its date (K12, K22).
        case time
    }

    /// How far it has come.
    package enum State: String, ClosedList {
        /// For another target, a hold, an earlier request or an agreed date.
        case waiting
        /// It is asked, or about to be.
        case acting
        /// It has taken it and works on it, or a person or an app has it to do.
        case pending
        /// Done, and it can still be restored there for a time.
        case grace
        /// It is being looked at whether it is done.
        case verifying
        case verified
        /// Nothing is done there: the client's own, or gone by itself.
        case listed
        /// It refused, failed, or was found not to have done it: a person is asked.
        case stuck
        /// The case goes on without it, by a person's word or for a reason of the closed list.
        case left
        case cancelled

        /// Nothing more happens there by itself.
        package var isFinal: Bool {
            switch self {
            case .verified, .listed, .left, .cancelled: true
            case .waiting, .acting, .pending, .grace, .verifying, .stuck: false
            }
        }
    }

    package enum Outcome: String, ClosedList {
        case done
        case alreadyAbsent = "already_absent"
        case acceptedPending = "accepted_pending"
        case refused
        case failed
        /// It said that it had done it, and had not (G12).
        case stillThere = "still_there"
    }

    package let id: UUID
    package let caseID: UUID
    package let clientID: String?
    package let system: String
    package let systemVersion: Int
    package let part: Part
    package let operation: TargetOperation
    package var way: Way
    /// Why a person does it where a machine is described; a word of ``FanOutPlan/Line/Note``.
    package var note: String?
    package let isMandatory: Bool
    package let level: Verification
    package let after: [String]
    package let ordinal: Int
    /// The key by which the peer knows a repetition: the same for every attempt, another one only where a person has it done
    /// anew. A UUID of version 4, as OpenDSR wants it.
    package var key: UUID
    package var state = State.waiting
    package var outcome: Outcome?
    /// Why it is where it is; a word of a closed list.
    package var cause: String?
    /// The effect whose end is awaited.
    package var effect: UUID?
    package var findings = TargetFindings()
    package var actedAt: Date?
    /// When it is looked at again by itself: at the end of a grace, of an app's pause, of a person's time until a reminder.
    package var verifyAt: Date?
    package var verifiedAt: Date?
    package var verifiedBy: Verification?
    /// Until when a person or an app has to have answered.
    package var dueAt: Date?
    package var owner: String?
    /// What stays for a time, as the plan has found it.
    package var kept: [Kept] = []
    /// Categories whose time is over, of a part that erases what an exception had kept (K11).
    package var ends: Set<String> = []
    /// Categories that are collected, and nothing else (K23); nil where everything is.
    package var only: Set<String>?
    /// When its backups have lost it.
    package var backupsUntil: Date?
    /// Until when it is gone by itself, of a log or a backup.
    package var goneBy: Date?
    /// How often it has been asked anew by a person's word.
    package var repeats = 0

    /// An exception as it is stored with the plan.
    package struct Kept: Sendable, Hashable {
        package let category: String
        package let reason: RetentionException.Reason
        package let citation: String
        package let until: Date

        package init(category: String, reason: RetentionException.Reason, citation: String, until: Date) {
            self.category = category
            self.reason = reason
            self.citation = citation
            self.until = until
        }

        package init(_ exception: RetentionException) {
            self.init(
                category: exception.category,
                reason: exception.reason,
                citation: exception.basis.citation,
                until: exception.until
            )
        }
    }

    package init(
        id: UUID,
        caseID: UUID,
        clientID: String?,
        system: String,
        systemVersion: Int,
        part: Part = .whole,
        operation: TargetOperation,
        way: Way,
        isMandatory: Bool,
        level: Verification,
        after: [String] = [],
        ordinal: Int,
        key: UUID
    ) {
        self.id = id
        self.caseID = caseID
        self.clientID = clientID
        self.system = system
        self.systemVersion = systemVersion
        self.part = part
        self.operation = operation
        self.way = way
        self.isMandatory = isMandatory
        self.level = level
        self.after = after
        self.ordinal = ordinal
        self.key = key
    }

    /// Whether what comes before it is done.
    package func isFree(among targets: [FanOutTarget]) -> Bool {
        after.allSatisfy { name in
            !targets.contains { $0.system == name && $0.part == part && !$0.state.isFinal }
        }
    }
}
