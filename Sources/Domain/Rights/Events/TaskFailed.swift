package import FoundationEssentials

/// An own system could not do a task.
package struct TaskFailed: EventData {
    package static let type = EventType.taskFailed

    package var task: UUID
    package var retryable: Bool
    package var reason: String

    package static let shape = Shape([
        .required("task", .id),
        .required("retryable", .flag),
        .required("reason", .text(Limit.text)),
    ])

    package init(reading reader: inout FieldReader) throws(EventFault) {
        task = try reader.required("task")
        retryable = try reader.required("retryable")
        reason = try reader.required("reason")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("task", task)
        writer.member("retryable", retryable)
        writer.member("reason", reason)
    }
}
