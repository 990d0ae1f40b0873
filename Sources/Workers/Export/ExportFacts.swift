import Fleet
import FoundationEssentials
import Ledger
import Rights

/// What is known of one case about a copy when it is looked at.
struct ExportFacts {
    let record: CaseFileRecord
    let now: Date
    let reviews: [ExportReading.Review]
    /// The one that is not over; nil where none was begun.
    let export: ExportRecord?
    /// Exports that are over, and whose files may still lie in the store.
    let over: [ExportRecord]
    /// That it waits for a person's look at many requests.
    let wait: ExportWait?
    /// An open review of many requests that concerns it.
    let harvest: UUID?
    /// The lists of people that an incident's client gets, in the order of their numbers.
    let lists: [BreachPeopleRecord]
    /// What an authority demands, where one does (K23).
    let disclosure: DisclosureRecord?

    init(_ record: CaseFileRecord, _ read: ExportReading, at now: Date) {
        self.record = record
        self.now = now
        reviews = read.reviews[record.id] ?? []
        let exports = read.exports[record.id] ?? []
        export = exports.last { $0.state != .expired }
        wait = read.waits[record.id]
        harvest = read.harvests[record.id]
        lists = read.lists[record.id] ?? []
        disclosure = read.disclosures[record.id]
        over = exports.filter { $0.state == .expired && $0.deletedAt == nil }
    }

    /// Whether it asks for what this worker puts together.
    var isOurs: Bool {
        record.linkedTo == nil && (record.machine.worker == .export || !lists.isEmpty)
    }

    /// Whether there is something to collect: who asks to whom data go asks for a list that the data map gives (Y9).
    var collects: Bool { record.right != .disclosureList }

    var isOpen: Bool { record.state == .inProgress }

    var isDisclosure: Bool { record.kind == .disclosure }

    /// Whether what was put together was answered with, so that it can be fetched for a time.
    var isAnswered: Bool {
        switch record.state {
        case .fulfilled, .partlyFulfilled: true
        case .handedOver: isDisclosure
        default: false
        }
    }

    func isAsked(_ kind: ReviewKind) -> Bool { reviews.contains { $0.kind == kind && $0.verdict == nil } }

    /// A person's answer to the last question of this kind; nil where none was asked, none is given, or none is wanted any more.
    func lastWord(_ kind: ReviewKind) -> ReviewKind.Verdict? {
        reviews.last { $0.kind == kind }?.verdict.flatMap { $0 == .moot ? nil : $0 }
    }
}
