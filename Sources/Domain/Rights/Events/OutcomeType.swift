/// What the fleet tells clients and publishers. The raw value is the middle of the wire name.
package enum OutcomeType: String, ClosedList {
    case requestAccepted = "request.accepted"
    case eventRejected = "event.rejected"
    case requestReferred = "request.referred"
    case requestDecided = "request.decided"
    case requestExtended = "request.extended"
    case requestAnswered = "request.answered"
    case requestCompleted = "request.completed"
    case exportReady = "export.ready"
    case deadlineAtRisk = "deadline.at_risk"
    case incidentNotified = "incident.notified"
    /// A client has been told of an authority's demand for its data.
    case disclosureNotified = "disclosure.notified"
    case noticeSent = "notice.sent"
    case certificateIssued = "certificate.issued"
    case suppressionAdded = "suppression.added"
    /// A sample that shows whether a client's channel works.
    case channelTest = "channel.test"

    /// The name on the wire: `io.habeas.request.accepted.v1`.
    package var name: String { "io.habeas.\(rawValue).v1" }
}
