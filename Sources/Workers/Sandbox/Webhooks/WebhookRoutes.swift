import HTTPTypes
import Hummingbird
import Outbound

/// The door for webhooks: `POST /hooks/{name}`.
struct WebhookRoutes: Sendable {
    let desk: Desk
    let secrets: SecretBook
    /// Seconds that a timestamp may be off.
    let tolerance: Int

    private static let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"].compactMap {
        HTTPField.Name($0)
    }

    func add(to router: Router<PeerContext>) {
        router.post("hooks/:name", use: receive)
    }

    @Sendable private func receive(_ request: Request, _ context: PeerContext) async throws -> Response {
        let visit = try await desk.admit(request, context, route: "/hooks")
        let headers = Self.headers.compactMap { name in
            visit.head.headerFields[name].map { (name: name.rawName, value: $0) }
        }
        let id = headers.first { $0.name == "webhook-id" }?.value
        let (verification, fault) = verify(headers, visit)
        visit.call.note(
            PeerBook.Content(
                key: id,
                verification: verification,
                body: visit.body,
                headers: desk.peers.limits.keepsBodies ? Dictionary(headers.map { ($0.name, $0.value) }) { $1 } : [:]
            )
        )
        // A post that is not believed takes no step in the script.
        if let fault { return desk.refuse(visit, try Reply(401, saying: fault)) }
        return try await desk.deliver(visit, desk.play(visit), key: id) { Reply(204) }
    }

    private func verify(
        _ headers: [(name: String, value: String)],
        _ visit: Visit
    ) -> (verification: Call.Verification, fault: String?) {
        guard headers.count == Self.headers.count else { return (.bad, WebhookError(.header).description) }
        guard let secrets = secrets.secrets(of: visit.peer.name) else { return (.unverified, nil) }
        do {
            try WebhookSignature.verify(
                headers: headers,
                body: visit.body,
                secrets: secrets,
                now: Moment.now() / 1_000_000,
                tolerance: tolerance
            )
            return (.good, nil)
        } catch {
            return (.bad, error.description)
        }
    }
}
