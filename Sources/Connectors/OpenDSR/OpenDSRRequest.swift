package import FoundationEssentials
import Rights

/// What a processor is asked: the body of `POST /requests`.
package struct OpenDSRRequest: Sendable, Hashable, Redacting {
    package var regulation: OpenDSRRegulation
    /// Made by whoever asks, the same for every attempt. Written in lower case.
    package var id: UUID
    package var type: OpenDSRRequestType
    package var identities: [OpenDSRIdentity]
    /// When the person first asked.
    package var submittedAt: Date
    package var apiVersion: String?
    package var callbacks: [String] = []
    /// A JSON object, by processors' domains.
    package var extensions: [UInt8]?

    package init(
        _ type: OpenDSRRequestType,
        id: UUID,
        under regulation: OpenDSRRegulation,
        of identities: [OpenDSRIdentity],
        submittedAt: Date
    ) {
        self.type = type
        self.id = id
        self.regulation = regulation
        self.identities = identities
        self.submittedAt = submittedAt
    }

    /// Nil where a field that is required is missing or is none of the protocol's. Before version 2 there was no regulation but one.
    package init?(reading body: [UInt8]) {
        guard let fields = OpenDSRFields(body), let id = fields.id("subject_request_id"),
            let type = fields.text("subject_request_type").flatMap({ OpenDSRRequestType(rawValue: $0) }),
            let submittedAt = fields.time("submitted_time")
        else { return nil }
        guard let regulation = OpenDSRRegulation(rawValue: fields.text("regulation") ?? "gdpr") else { return nil }
        let sections = fields.sections("subject_identities") ?? []
        let identities = sections.compactMap { OpenDSRIdentity($0) }
        guard identities.count == sections.count else { return nil }
        self.init(type, id: id, under: regulation, of: identities, submittedAt: submittedAt)
        apiVersion = fields.word("api_version")
        callbacks = fields.texts("status_callback_urls") ?? []
        extensions = fields.raw("extensions")
    }

    package var bytes: [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.object { body in
            body.member("regulation", regulation)
            body.member("subject_request_id", id)
            body.member("subject_request_type", type)
            body.member("submitted_time", submittedAt)
            body.key("subject_identities")
            body.array(identities) { list, identity in list.object { identity.write(to: &$0) } }
            body.member("api_version", apiVersion)
            body.member("status_callback_urls", callbacks)
            if let extensions {
                body.key("extensions")
                body.object { $0.members(of: extensions) }
            }
        }
        return writer.bytes
    }
}
