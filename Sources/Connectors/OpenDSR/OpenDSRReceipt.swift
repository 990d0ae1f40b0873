package import FoundationEssentials
import Rights

/// That a request has been taken: the body of a 201.
///
/// It repeats the whole request, identities and all, so that it is never logged and never stored.
package struct OpenDSRReceipt: Sendable, Hashable, Redacting {
    package var controller: String?
    package var expectedAt: Date?
    package var receivedAt: Date?
    /// Base64 of the request's body.
    package var encodedRequest: String?
    package var id: UUID

    package init(id: UUID) { self.id = id }

    package init?(reading body: [UInt8]) {
        guard let fields = OpenDSRFields(body), let id = fields.id("subject_request_id") else { return nil }
        self.id = id
        controller = fields.word("controller_id")
        expectedAt = fields.time("expected_completion_time")
        receivedAt = fields.time("received_time")
        encodedRequest = fields.text("encoded_request")
    }

    package var bytes: [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.object { body in
            body.member("controller_id", controller)
            body.member("expected_completion_time", expectedAt)
            body.member("received_time", receivedAt)
            body.member("encoded_request", encodedRequest)
            body.member("subject_request_id", id)
        }
        return writer.bytes
    }
}

/// That a request has been taken back: the body of a 202.
package struct OpenDSRCancellation: Sendable, Hashable {
    package var controller: String?
    package var id: UUID
    package var receivedAt: Date?
    package var apiVersion: String?

    package init(id: UUID) { self.id = id }

    package init?(reading body: [UInt8]) {
        guard let fields = OpenDSRFields(body), let id = fields.id("subject_request_id") else { return nil }
        self.id = id
        controller = fields.word("controller_id")
        receivedAt = fields.time("received_time")
        apiVersion = fields.word("api_version")
    }

    package var bytes: [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.object { body in
            body.member("controller_id", controller)
            body.member("subject_request_id", id)
            body.member("received_time", receivedAt)
            body.member("api_version", apiVersion)
        }
        return writer.bytes
    }
}
