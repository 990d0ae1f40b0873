import Fleet
import FoundationEssentials
import Ledger
import Rights

/// What is known of one case when it is looked at.
struct ErasureFacts {
    let record: CaseFileRecord
    let now: Date
    /// Whether a legal hold suspends what takes data away (K18).
    let isHeld: Bool
    /// Open requests for a copy of the same person, which come first.
    let copies: [UUID]
    let retainedUntil: Date?
    let respondDue: Date?
    /// When a restriction ends; nil where it does not, or where the person is still to be told before (GDPR Art. 18(3)).
    let liftAt: Date?
    let reviews: [ErasureReading.Review]

    init(_ record: CaseFileRecord, _ read: ErasureReading, at now: Date) {
        self.record = record
        self.now = now
        isHeld = read.held.contains(record.id)
        copies = read.copies[record.id] ?? []
        retainedUntil = read.retained[record.id].flatMap { $0 > now ? $0 : nil }
        respondDue = read.respondDue[record.id]
        let isToldFirst = !record.isAnsweredByUs || read.told.contains(record.id)
        liftAt = isToldFirst ? read.lifted[record.id] : nil
        reviews = read.reviews[record.id] ?? []
    }

    /// Nil for what no right stands for.
    var operation: TargetOperation? {
        if record.kind == .endOfContract { return .eraseTenant }
        return record.right.map(TargetOperation.init)
    }

    /// Whether this worker has anything to do about it.
    var isOurs: Bool {
        guard record.linkedTo == nil, let right = record.right, WorkQueue.fulfilling(right) == .erasure else {
            return false
        }
        switch record.state {
        case .inProgress, .onHold: return true
        case .fulfilled, .partlyFulfilled: return right == .restriction && liftAt != nil
        case .received, .needsClient, .needsIdentity, .needsFee, .referred, .refused, .handedOver, .withdrawn, .lapsed:
            return false
        }
    }

    func isOpen(_ kind: ReviewKind) -> Bool { reviews.contains { $0.kind == kind && $0.verdict == nil } }

    /// A person's answer to the last question of this kind; nil where none was asked, none is given, or none is wanted any more.
    func lastWord(_ kind: ReviewKind) -> ReviewKind.Verdict? {
        reviews.last { $0.kind == kind }?.verdict.flatMap { $0 == .moot ? nil : $0 }
    }
}
