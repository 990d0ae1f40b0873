package import FoundationEssentials
import Rights

/// How far a request has come: the answer to `GET /requests/{id}`, and what a callback says.
package struct OpenDSRReport: Sendable, Hashable {
    package var controller: String?
    package var expectedAt: Date?
    package var id: UUID
    /// Nil for a word that the protocol does not know.
    package var status: OpenDSRStatus?
    package var apiVersion: String?
    /// Where the results are. Whoever knows it may have them, so that it is never logged and never stored.
    package var results: String?
    package var resultsCount: Int?
    /// Of a callback: the URL that it is sent to.
    package var callback: String?

    package init(id: UUID, _ status: OpenDSRStatus) {
        self.id = id
        self.status = status
    }

    package init?(reading body: [UInt8]) {
        guard let fields = OpenDSRFields(body), let id = fields.id("subject_request_id"),
            let status = fields.text("request_status")
        else { return nil }
        self.id = id
        self.status = OpenDSRStatus(rawValue: status)
        controller = fields.word("controller_id")
        expectedAt = fields.time("expected_completion_time")
        apiVersion = fields.word("api_version")
        results = fields.word("results_url")
        resultsCount = fields.number("results_count")
        callback = fields.word("status_callback_url")
    }

    package var bytes: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { body in
            body.member("controller_id", controller)
            body.member("expected_completion_time", expectedAt)
            body.member("status_callback_url", callback)
            body.member("subject_request_id", id)
            body.member("request_status", status)
            body.member("api_version", apiVersion)
            body.member("results_url", results)
            body.member("results_count", resultsCount)
        }
        return writer.bytes
    }
}
