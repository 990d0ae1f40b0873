import FoundationEssentials
import HTTPTypes
import Hummingbird
import Synchronization

/// The door for whoever runs the test: what the peers saw.
struct ReportRoutes: Sendable {
    /// Everything at once.
    private struct Whole: Encodable {
        let at: Int
        let calls: Int
        let peers: [String: PeerReport]
    }

    /// Calls in one answer.
    static let mostCalls = 10_000

    let peers: Peers

    func add(to router: Router<PeerContext>) {
        router.get("health") { _, _ in try Reply(200, json: ["status": "ok"]).response }
        router.get("report") { _, _ in
            let reports = peers.all.map { ($0.name.text, $0.book.withLock { PeerReport($0) }) }
            return try Reply(
                200,
                json: Whole(
                    at: Moment.now(),
                    calls: reports.reduce(0) { $0 + $1.1.calls },
                    peers: Dictionary(uniqueKeysWithValues: reports)
                )
            ).response
        }
        router.get("report/:name") { _, context in
            let report = peers.known(context.parameters.get("name"))?.book.withLock { PeerReport($0) }
            // A peer that was never called saw nothing.
            return try Reply(200, json: report ?? PeerReport(PeerBook(limits: peers.limits))).response
        }
        router.get("report/:name/calls", use: calls)
        router.delete("report") { _, _ in
            for peer in peers.all { peer.book.withLock { $0.forget() } }
            return Response(status: .noContent)
        }
        router.delete("report/:name") { _, context in
            peers.known(context.parameters.get("name"))?.book.withLock { $0.forget() }
            return Response(status: .noContent)
        }
    }

    @Sendable private func calls(_ request: Request, _ context: PeerContext) throws -> Response {
        let after = try number("after", of: request, 0...Int.max) ?? 0
        let limit = try number("limit", of: request, 1...Self.mostCalls) ?? 1_000
        let calls = peers.known(context.parameters.get("name"))?.book
            .withLock { $0.lastCalls(after: after, limit: limit) }
        return Reply(200, headers: [.contentType: "application/jsonl"], body: try CallLine.lines(calls ?? [])).response
    }

    private func number(_ name: String, of request: Request, _ range: ClosedRange<Int>) throws -> Int? {
        guard let text = request.uri.queryParameters[name[...]] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw HTTPError(
                .badRequest,
                message: "\(name): is not a number from \(range.lowerBound) to \(range.upperBound); write one"
            )
        }
        return number
    }
}
