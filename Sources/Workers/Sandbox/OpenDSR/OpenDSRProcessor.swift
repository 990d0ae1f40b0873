import FoundationEssentials
import HTTPTypes
import Outbound
import Synchronization

/// Works on requests: moves them from state to state in their time, and calls back on each change.
struct OpenDSRProcessor: Sendable {
    /// Pauses before the second and third attempt of a callback that was not answered with 2xx.
    private static let pauses: [Duration] = [.milliseconds(200), .seconds(1)]

    let identity: ProcessorIdentity
    let couriers: Couriers
    let client: HTTPClient

    func begin(_ request: OpenDSRRequest, of peer: Peer) {
        couriers.send {
            do {
                try await Task.sleep(for: .milliseconds(request.manner.pendingMilliseconds))
                guard let request = peer.requests.withLock({ $0.move(request.id, from: .pending, to: .inProgress) })
                else { return }
                tell(request, of: peer)
                try await Task.sleep(for: .milliseconds(request.manner.inProgressMilliseconds))
                let end: OpenDSRRequest.Status = request.manner.ends == .completed ? .completed : .cancelled
                if let request = peer.requests.withLock({ $0.move(request.id, from: .inProgress, to: end) }) {
                    tell(request, of: peer)
                }
            } catch {
                // The sandbox ends.
            }
        }
    }

    /// Calls back to every URL of the request, as often as the script says.
    func tell(_ request: OpenDSRRequest, of peer: Peer) {
        for url in request.callbackURLs {
            for _ in 0..<request.manner.callbackCopies {
                couriers.send { await call(back: url, request, peer) }
            }
        }
    }

    private func call(back url: String, _ request: OpenDSRRequest, _ peer: Peer) async {
        do {
            let body = try Reply.encode(OpenDSRAnswer(kind: .callback(url: url), request: request))
            let signature = try identity.signature(of: body, isWrong: request.hasWrongSignature)
            let fields = request.version.headers(domain: identity.domain(of: peer.name), signature: signature)
            let headers = request.manner.signs ? fields.map { (name: $0.name.rawName, value: $0.value) } : []
            let call = HTTPCall(
                "POST",
                url,
                headers: headers + [("Content-Type", "application/json")],
                body: body,
                allowing: [.plain, .internalAddress]
            )
            for attempt in 0...Self.pauses.count {
                if attempt > 0 { try await Task.sleep(for: Self.pauses[attempt - 1]) }
                peer.book.withLock { $0.count { $0.sent += 1 } }
                if let reply = try? await client.send(call), (200..<300).contains(reply.status) {
                    peer.book.withLock { $0.count { $0.answered += 1 } }
                    return
                }
            }
        } catch is CancellationError {
            return
        } catch {
            // Counted below, like one that nobody answered.
        }
        peer.book.withLock { $0.count { $0.failed += 1 } }
    }
}
