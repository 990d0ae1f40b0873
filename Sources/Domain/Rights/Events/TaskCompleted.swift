package import FoundationEssentials

/// An own system has answered a task.
package struct TaskCompleted: EventData {
    package static let type = EventType.taskCompleted

    package var task: UUID
    package var outcome: TaskOutcome
    package var at: Date
    package var rows: Int?
    /// Given on a refusal.
    package var reason: String?
    package var verifyAfter: Date?
    /// A reference, or sealed for the fleet.
    package var results: String?

    package static let shape = Shape(
        [
            .required("task", .id),
            .required("outcome", .choice(TaskOutcome.words)),
            .required("at", .time(.past)),
            .optional("rows", .count(0...Int.max)),
            .optional("reason", .text(Limit.text)),
            .optional("verify_after", .time(.any)),
            .optional("results", .locator),
        ],
        [.requires(["reason"], when: "outcome", is: TaskOutcome.refused.rawValue)]
    )

    package init(reading reader: inout FieldReader) throws(EventFault) {
        task = try reader.required("task")
        outcome = try reader.required("outcome")
        at = try reader.required("at")
        rows = try reader.count("rows")
        reason = try reader.string("reason")
        verifyAfter = try reader.time("verify_after")
        results = try reader.string("results")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("task", task)
        writer.member("outcome", outcome)
        writer.member("at", at)
        writer.member("rows", rows)
        writer.member("reason", reason)
        writer.member("verify_after", verifyAfter)
        writer.member("results", results)
    }
}

package enum TaskOutcome: String, ClosedList {
    case done
    case alreadyAbsent = "already_absent"
    case acceptedPending = "accepted_pending"
    case refused
}
