import Fleet
import Outbound
package import Rights

/// Reaches processors that speak OpenDSR, versions 1 and 2.
package struct OpenDSRConnector: Connector {
    private let services: ConnectorServices
    private let trust = OpenDSRTrust()

    package init(_ services: ConnectorServices) { self.services = services }

    /// Of all calls of one order together: discovery, certificate, look, request.
    private var budget: Duration { services.timeout * 3 }

    package var longestCall: Duration { budget + .seconds(5) }
    package var longestFetch: Duration { longestCall + ResultsFile.time }

    package func perform(_ order: TargetOrder) async -> TargetReport {
        guard let peer = OpenDSRPeer(order.system, services, trust, budget: budget) else {
            return TargetReport(.refused("no_connector"))
        }
        return await OpenDSRConversation(order: order, peer: peer).report()
    }

    /// What a processor says of its own accord, for whoever hears callbacks. The signature is checked over the bytes as they came,
    /// before they are read; without one nothing is believed.
    ///
    /// What it says may be old: ``OpenDSRStatus/canFollow(_:)`` tells whether it moves anything.
    ///
    /// - Parameter url: where it was heard; a callback that names another place is somebody else's.
    /// - Throws: ``OpenDSRCallbackFault``.
    package func callback(
        _ headers: [(name: String, value: String)],
        _ body: [UInt8],
        from system: DataSystem,
        at url: String
    ) async throws -> OpenDSRCallback {
        guard let peer = OpenDSRPeer(system, services, trust, budget: budget) else {
            throw OpenDSRCallbackFault(.notSigned)
        }
        let signer: OpenDSRSigner?
        do {
            signer = try await peer.signer(of: HTTPReply(status: 200, headers: headers, body: body))
        } catch let doubt as OpenDSRDoubt {
            throw OpenDSRCallbackFault(doubt)
        } catch {
            // Discovery, or our own secrets.
            throw OpenDSRCallbackFault(.unavailable)
        }
        guard let signer else { throw OpenDSRCallbackFault(.notSigned) }
        guard let report = OpenDSRReport(reading: body) else { throw OpenDSRCallbackFault(.unreadable) }
        guard report.callback == url else { throw OpenDSRCallbackFault(.otherPlace) }
        if let ours = peer.description.controller, let theirs = report.controller, theirs != ours {
            throw OpenDSRCallbackFault(.otherPlace)
        }
        return OpenDSRCallback(report: report, signature: .init(domain: signer.domain, certificate: signer.fingerprint))
    }
}
