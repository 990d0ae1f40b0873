/// The client's decision on a referred case (K5, K6).
package struct ClientDecided: EventData {
    package static let type = EventType.clientDecided

    package var request: CaseReference
    package var decision: ClientDecision
    /// Given on a refusal.
    package var reason: String?
    package var decidedBy: ClientActor
    /// Who tells the subject; nothing said means the client does.
    package var answerBy: Answerer?
    /// Echoed in every outcome.
    package var reference: String?

    package static let shape = Shape(
        CaseReference.rules + [
            .required("decision", .choice(ClientDecision.words)),
            .optional("reason", .text(Limit.text)),
            .required("decided_by", .object(ClientActor.shape)),
            .optional("answer_by", .choice(Answerer.words)),
            .optional("reference", .reference),
        ],
        [CaseReference.constraint, .requires(["reason"], when: "decision", is: ClientDecision.refuse.rawValue)]
    )

    package init(reading reader: inout FieldReader) throws(EventFault) {
        request = try reader.caseReference()
        decision = try reader.required("decision")
        reason = try reader.string("reason")
        decidedBy = try reader.required("decided_by")
        answerBy = try reader.choice("answer_by")
        reference = try reader.string("reference")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member(request)
        writer.member("decision", decision)
        writer.member("reason", reason)
        writer.member("decided_by", decidedBy)
        writer.member("answer_by", answerBy)
        writer.member("reference", reference)
    }
}

package enum ClientDecision: String, ClosedList {
    case proceed
    case handleItself = "handle_itself"
    case refuse
}

package enum Answerer: String, ClosedList {
    case client, vendor
}
