import Fleet
package import FoundationEssentials
package import Ledger
package import Rights

/// What ``NoticePlan`` decides from: one client's part of an incident as it stands.
package struct NoticeFacts: Sendable {
    /// Of what the client is told.
    package enum Matter: Sendable, Hashable {
        /// Of an incident: somebody there has to say that it was read.
        case incident
        /// Of a change: it may object until a time.
        case announcement

        var notice: EffectKind { self == .incident ? .breachNotice : .announcement }

        /// What a person is called for where no channel takes it.
        var unreached: ReviewKind { self == .incident ? .breachUnreached : .announcementUnreached }
    }

    /// Something that this client is told.
    package struct Content: Sendable, Hashable {
        package let number: Int
        package let kind: NoticeContent.Kind
        package let madeAt: Date

        package init(number: Int, kind: NoticeContent.Kind, madeAt: Date) {
            self.number = number
            self.kind = kind
            self.madeAt = madeAt
        }

        /// See ``EffectParameters/key``.
        package var key: String { "\(number)" }
    }

    package struct Channel: Sendable, Hashable {
        package let name: String
        package let target: String
        /// Its receiver wants nothing more.
        package let isDisabled: Bool
        /// Nothing goes there now: it is paused, its circuit is open, or its receiver asked to be left alone.
        package let isBlocked: Bool

        package init(name: String, target: String, isDisabled: Bool = false, isBlocked: Bool = false) {
            self.name = name
            self.target = target
            self.isDisabled = isDisabled
            self.isBlocked = isBlocked
        }
    }

    package struct Effect: Sendable, Hashable {
        package let id: UUID
        package let kind: EffectKind
        /// The number of the content.
        package let key: String
        package let channel: String?
        package let state: EffectState
        package let attempts: Int
        /// What the last attempt came to: a mail server wants to be asked again a little later.
        package let isPutOff: Bool
        package let plannedAt: Date
        package let endedAt: Date?

        package init(
            id: UUID = UUID(),
            _ kind: EffectKind,
            key: String,
            channel: String?,
            _ state: EffectState,
            attempts: Int = 0,
            isPutOff: Bool = false,
            plannedAt: Date,
            endedAt: Date? = nil
        ) {
            self.id = id
            self.kind = kind
            self.key = key
            self.channel = channel
            self.state = state
            self.attempts = attempts
            self.isPutOff = isPutOff
            self.plannedAt = plannedAt
            self.endedAt = endedAt
        }
    }

    package struct Clock: Sendable, Hashable {
        package let anchor: Date
        package var isOpen: Bool

        package init(anchor: Date, isOpen: Bool) {
            self.anchor = anchor
            self.isOpen = isOpen
        }
    }

    /// That somebody at the client has read what it was told by then.
    package struct Acknowledgement: Sendable, Hashable {
        package let id: UUID
        package let at: Date
        /// Whether this case has taken it in.
        package var isEntered: Bool

        package init(id: UUID, at: Date, isEntered: Bool) {
            self.id = id
            self.at = at
            self.isEntered = isEntered
        }
    }

    /// The latest list of the client's people.
    package struct List: Sendable, Hashable {
        package let id: UUID
        /// Whether it can be fetched.
        package let isReady: Bool
        /// Whether the client was told so.
        package var isSaid: Bool

        package init(id: UUID = UUID(), isReady: Bool, isSaid: Bool = false) {
            self.id = id
            self.isReady = isReady
            self.isSaid = isSaid
        }
    }

    package let matter: Matter
    package var state: CaseState
    /// In the order of their numbers; one at least.
    package var contents: [Content]
    /// In the client's order of preference.
    package var channels: [Channel]
    /// In the order in which they were planned.
    package var effects: [Effect] = []
    package var reviews: [CaseReview] = []
    package var acknowledgements: [Acknowledgement] = []
    package var acknowledgementClock: Clock?
    /// Nil where nobody has said who they are, it was a false alarm, or its time is over.
    package var list: List?
    /// The window for objections; nil before the client was told.
    package var window: Clock?
    /// How often the client has objected.
    package var objections = 0
    package var toldAt: Date?
    package var now = Date.distantPast

    package init(_ matter: Matter = .incident, state: CaseState, contents: [Content], channels: [Channel]) {
        self.matter = matter
        self.state = state
        self.contents = contents
        self.channels = channels
    }

    /// Takes in what a step does to what is not read anew.
    package mutating func enter(_ step: NoticeStep, at now: Date) {
        switch step {
        case .plan, .cancel, .end, .unopposed: break
        case .told(let at):
            toldAt = at
            if matter == .announcement { window = Clock(anchor: at, isOpen: true) }
        case .acknowledged(let id, _):
            for index in acknowledgements.indices where acknowledgements[index].id == id {
                acknowledgements[index].isEntered = true
            }
        case .awaitAcknowledgement: acknowledgementClock = Clock(anchor: now, isOpen: true)
        case .stopAwaiting: acknowledgementClock?.isOpen = false
        case .list:
            guard let latest = contents.last else { return }
            contents.append(
                Content(number: latest.number + 1, kind: latest.kind.isLast ? latest.kind : .list, madeAt: now)
            )
            list?.isSaid = true
        case .review(let kind): reviews.append(CaseReview(kind, openedAt: now))
        case .dismiss(let kind): reviews.dismiss(kind, at: now)
        }
    }
}
