package import FoundationEssentials

/// What somebody has said of a task: an own app by an event, or a person.
package struct TaskAnswer: Sendable, Hashable {
    package enum Source: String, ClosedList {
        /// `task.completed` or `task.failed`.
        case app
        case person
        /// A person who did not do it has looked.
        case witness
    }

    package enum Outcome: String, ClosedList {
        case done
        case alreadyAbsent = "already_absent"
        case acceptedPending = "accepted_pending"
        case refused
        /// It may be asked again.
        case retry
        case failed
        /// A witness has found something of it left.
        case stillThere = "still_there"
    }

    package let source: Source
    package let outcome: Outcome
    package let at: Date
    package let rows: Int?
    package let verifyAfter: Date?
    /// The answer's own id where it hands over what was found: that lies sealed beside the case.
    package let results: UUID?
    /// What a person has handed in.
    package let files: HandedIn?

    package init(
        _ source: Source,
        _ outcome: Outcome,
        at: Date,
        rows: Int? = nil,
        verifyAfter: Date? = nil,
        results: UUID? = nil,
        files: HandedIn? = nil
    ) {
        self.source = source
        self.outcome = outcome
        self.at = at
        self.rows = rows
        self.verifyAfter = verifyAfter
        self.results = results
        self.files = files
    }
}
