package import FoundationEssentials

/// A request by, or for, one or more people.
package struct RequestSubmitted: EventData {
    package static let type = EventType.requestSubmitted

    /// The publisher's own name for the case; later events may use it.
    package var requestRef: String?
    package var channel: RequestChannel
    /// When the subject first asked: the legal anchor.
    package var submittedTime: Date
    package var submittedBy: Submitter
    /// Given when an authorised agent submits.
    package var agent: Agent?
    /// Given when a client instructs, together with the time.
    package var instructedBy: Instructor?
    package var instructedAt: Date?
    package var relationship: Relationship
    package var client: String?
    package var clientNamed: String?
    package var right: Right
    package var optOutOf: [OptOutScope]
    package var corrections: [Correction]
    package var scope: [String]
    package var format: BundleFormat?
    package var recipient: Recipient?
    package var regulation: Regulation
    package var country: String?
    package var subjects: [RequestSubject]
    package var sessionVerified: Bool
    package var message: String?
    package var minorUnder13: Bool
    package var healthData: Bool
    /// Echoed in every outcome.
    package var reference: String?

    package static let shape = Shape(
        [
            .optional("request_ref", .reference),
            .required("channel", .choice(RequestChannel.words)),
            .required("submitted_time", .time(.past)),
            .required("submitted_by", .choice(Submitter.words)),
            .optional("agent", .object(Agent.shape)),
            .optional("instructed_by", .object(Instructor.shape)),
            .optional("instructed_at", .time(.past)),
            .required("relationship", .choice(Relationship.words)),
            .optional("client", .client),
            .optional("client_named", .text(Limit.text)),
            .required("right", .choice(Right.words)),
            .optional("opt_out_of", .list(.choice(OptOutScope.words), 0...OptOutScope.words.count)),
            .optional("corrections", .list(.object(Correction.shape), Limit.items)),
            .optional("scope", .list(.text(Limit.text), Limit.items)),
            .optional("format", .choice(BundleFormat.words)),
            .optional("recipient", .object(Recipient.shape)),
            .required("regulation", .choice(Regulation.words)),
            .optional("country", .country),
            .required("subjects", .list(.object(RequestSubject.shape), Limit.subjects)),
            .optional("session_verified", .flag),
            .optional("message", .text(Limit.message)),
            .optional("minor_under_13", .flag),
            .optional("health_data", .flag),
            .optional("reference", .reference),
        ],
        [
            .requires(["instructed_by", "instructed_at"], when: "submitted_by", is: Submitter.client.rawValue),
            .requires(["agent"], when: "submitted_by", is: Submitter.authorisedAgent.rawValue),
        ]
    )

    package init(reading reader: inout FieldReader) throws(EventFault) {
        requestRef = try reader.string("request_ref")
        channel = try reader.required("channel")
        submittedTime = try reader.required("submitted_time")
        submittedBy = try reader.required("submitted_by")
        agent = try reader.object("agent")
        instructedBy = try reader.object("instructed_by")
        instructedAt = try reader.time("instructed_at")
        relationship = try reader.required("relationship")
        client = try reader.string("client")
        clientNamed = try reader.string("client_named")
        right = try reader.required("right")
        optOutOf = try reader.choices("opt_out_of")
        corrections = try reader.objects("corrections")
        scope = try reader.strings("scope")
        format = try reader.choice("format")
        recipient = try reader.object("recipient")
        regulation = try reader.required("regulation")
        country = try reader.string("country")
        subjects = try reader.objects("subjects")
        sessionVerified = try reader.flag("session_verified") ?? false
        message = try reader.string("message")
        minorUnder13 = try reader.flag("minor_under_13") ?? false
        healthData = try reader.flag("health_data") ?? false
        reference = try reader.string("reference")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("request_ref", requestRef)
        writer.member("channel", channel)
        writer.member("submitted_time", submittedTime)
        writer.member("submitted_by", submittedBy)
        writer.member("agent", agent)
        writer.member("instructed_by", instructedBy)
        writer.member("instructed_at", instructedAt)
        writer.member("relationship", relationship)
        writer.member("client", client)
        writer.member("client_named", clientNamed)
        writer.member("right", right)
        writer.member("opt_out_of", optOutOf)
        writer.member("corrections", corrections)
        writer.member("scope", scope)
        writer.member("format", format)
        writer.member("recipient", recipient)
        writer.member("regulation", regulation)
        writer.member("country", country)
        writer.member("subjects", subjects)
        writer.member("session_verified", sessionVerified ? true : nil)
        writer.member("message", message)
        writer.member("minor_under_13", minorUnder13 ? true : nil)
        writer.member("health_data", healthData ? true : nil)
        writer.member("reference", reference)
    }
}
