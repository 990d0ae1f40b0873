import Foundation
import Postgres
import Rights
import Testing

/// Cases that wait for a person, and what became of them.
enum WaitingCase {
    static func request(
        _ right: String,
        relationship: String = "end_user",
        by submitter: String,
        at now: Date = Date(),
        _ more: String
    ) -> String {
        """
        {"specversion":"1.0","id":"\(UUID())","source":"/helpdesk/1","type":"io.habeas.request.submitted.v1","data":{\
        "channel":"email","submitted_time":"\(EventTime.text(now))","submitted_by":"\(submitter)",\
        "relationship":"\(relationship)","right":"\(right)","regulation":"gdpr",\(more)\
        "subjects":[{"identities":[{"type":"email","value":"anna.canary@example.org"}]}]}}
        """
    }

    static func instruction(_ role: String, _ right: String = "erasure") -> String {
        request(
            right,
            by: "client",
            """
            "client":"acme","instructed_at":"\(EventTime.text(Date()))",\
            "instructed_by":{"user":"u1","role":"\(role)","channel":"app"},
            """
        )
    }

    static var termination: String {
        """
        {"specversion":"1.0","id":"\(UUID())","source":"/helpdesk/1","type":"io.habeas.client.terminated.v1","data":{\
        "client":"acme","terminated_at":"\(EventTime.text(Date()))","mode":"erase","requested_by":"owner"}}
        """
    }

    static func task(_ installation: Installation, _ kind: String) async throws -> String {
        let listed = try await installation.run("tasks", "list", "--kind", kind, "--json").object
        return try #require(listed["task"] as? String)
    }

    static func state(_ installation: Installation) async throws -> [String] {
        try await installation.query("SELECT state FROM habeas.case_file ORDER BY id").decode(
            column: 0,
            as: String.self
        )
    }

    static func facts(_ installation: Installation, _ id: UUID) async throws -> [String] {
        try await installation.query("SELECT fact FROM habeas.evidence WHERE chain_id = \(id) ORDER BY seq").decode(
            column: 0,
            as: String.self
        )
    }

    static func woken(_ installation: Installation) async throws -> [String] {
        try await installation.query("SELECT routing_key FROM habeas.outbox WHERE kind = 'wake_up' ORDER BY created_at")
            .decode(
                column: 0,
                as: String.self
            )
    }

    /// Opens a review on an open case as an event does.
    static func call(_ installation: Installation, _ kind: ReviewKind, _ id: UUID) async throws {
        _ = try await installation.query(
            """
            INSERT INTO habeas.review (id, kind, case_id, client_id, rule, source, opened_at, due_at)
            SELECT gen_random_uuid(), \(kind.rawValue), id, client_id, 'default.review', \(kind.source), now(), now() + interval '1 day'
              FROM habeas.case_file WHERE id = \(id)
            """
        )
    }
}
