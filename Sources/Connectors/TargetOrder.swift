package import FoundationEssentials
package import Rights

/// What a connector is to do at one system, once: everything the call needs and nothing else.
package struct TargetOrder: Sendable, Redacting {
    package enum Step: String, Sendable, Hashable {
        case act
        /// Asks whether what was accepted is done.
        case poll
        /// Asks whether anything is left.
        case verify
        /// Takes back what was accepted and has not begun.
        case cancel
    }

    /// By which the peer knows a repetition: the same for every attempt. A UUID of version 4.
    package let key: UUID
    package private(set) var step: Step
    package let operation: TargetOperation
    package let system: DataSystem
    package let caseID: UUID
    package let client: Client?
    /// What the system may be told of the person, the least telling first; empty for a whole client.
    package let identities: [Identity]
    package let corrections: [Correction]
    /// What is not to be done any more, of an opt-out or an objection.
    package let suppresses: [String]
    package let regulation: Regulation
    /// When the person first asked; of an end of contract its day.
    package let submittedAt: Date
    /// Categories that stay (K11).
    package let keeps: Set<String>
    /// Categories that go now and nothing else, where exceptions are over; nil where everything goes.
    package let ends: Set<String>?
    /// Categories that are collected, and nothing else (K23); nil where everything is.
    package let only: Set<String>?
    /// What the peer calls its own job.
    package let reference: String?
    /// Where work that takes its time goes on.
    package private(set) var checkpoint: String?
    /// Whether an earlier attempt of this step may have reached the peer although no answer came.
    package private(set) var mayHaveActed: Bool
    /// Domain time.
    package let now: Date
    /// Within what an app or a person is to have done it.
    package let dueAt: Date?
    /// The part's own id, by which answers to tasks name it.
    package let task: UUID
    /// Of the effect: mails have it in their message id.
    package let effect: UUID
    /// Where what is collected goes; nil for everything else.
    package let copy: CopyDesk?
    /// What an own app has handed over and is fetched now.
    package let handedOver: HandedOver?

    package init(
        key: UUID,
        step: Step,
        operation: TargetOperation,
        system: DataSystem,
        caseID: UUID,
        client: Client?,
        identities: [Identity],
        corrections: [Correction] = [],
        suppresses: [String] = [],
        regulation: Regulation,
        submittedAt: Date,
        keeps: Set<String> = [],
        ends: Set<String>? = nil,
        only: Set<String>? = nil,
        reference: String? = nil,
        checkpoint: String? = nil,
        mayHaveActed: Bool = false,
        now: Date,
        dueAt: Date? = nil,
        task: UUID,
        effect: UUID,
        copy: CopyDesk? = nil,
        handedOver: HandedOver? = nil
    ) {
        self.key = key
        self.step = step
        self.operation = operation
        self.system = system
        self.caseID = caseID
        self.client = client
        self.identities = identities
        self.corrections = corrections
        self.suppresses = suppresses
        self.regulation = regulation
        self.submittedAt = submittedAt
        self.keeps = keeps
        self.ends = ends
        self.only = only
        self.reference = reference
        self.checkpoint = checkpoint
        self.mayHaveActed = mayHaveActed
        self.now = now
        self.dueAt = dueAt
        self.task = task
        self.effect = effect
        self.copy = copy
        self.handedOver = handedOver
    }

    /// The question that comes next where this has been done: whether anything is left.
    ///
    /// - Parameter checkpoint: whom the act has found.
    func looking(from checkpoint: String?) -> TargetOrder {
        var order = self
        order.step = .verify
        order.checkpoint = checkpoint
        order.mayHaveActed = false
        return order
    }
}

extension TargetOrder {
    /// Whether what is of this category is left alone; nil is what no category is said of.
    func leaves(_ category: String?) -> Bool {
        if let category, keeps.contains(category) { return true }
        guard let ends else { return false }
        return !(category.map(ends.contains) ?? false)
    }
}
