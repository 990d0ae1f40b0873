/// What the fleet asks of own systems. The raw value is the middle of the wire name.
package enum TaskMessageType: String, ClosedList {
    case taskRequested = "task.requested"

    /// The name on the wire: `io.habeas.task.requested.v1`.
    package var name: String { "io.habeas.\(rawValue).v1" }
}
