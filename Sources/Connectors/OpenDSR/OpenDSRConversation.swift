import Fleet
import FoundationEssentials
import Ledger
import Outbound
import Rights

/// One order, said to one processor.
///
/// ```
/// act     discovery → [look] → POST ─201→ accepted
///                         │      └─"already exists", 409→ look
///                         └→ accepted, done, refused: as it stands there
/// poll    GET → waiting … → done, or refused where it was cancelled there
///                  └→ of a copy: GET of the results → done
/// cancel  DELETE → done
/// ```
///
/// The request's id is the order's key: whatever is lost on the way, the same id is asked for again, and where an earlier
/// attempt may have been heard it is looked up first. Answers are believed before they are read: see ``OpenDSRPeer``. Nothing
/// of them is kept but their keyed digest, who signed them, and the status.
struct OpenDSRConversation {
    /// While the end is far off, at most so long between two questions.
    private static let longestPause = 21_600.0
    private static let shareOfRest = 10.0

    let order: TargetOrder
    let peer: OpenDSRPeer

    private var description: OpenDSRDescription { peer.description }

    func report() async -> TargetReport {
        do {
            switch order.step {
            case .act: return try await act()
            case .poll: return try await poll()
            case .cancel: return try await cancel()
            // It can be asked how far a request has come, and not whether anything is left.
            case .verify: return TargetReport(.refused("cannot_look"))
            }
        } catch let obstacle as ReplyObstacle {
            return TargetReport(obstacle.verdict)
        } catch let doubt as OpenDSRDoubt {
            // Nothing that it said counts. What it was asked it may have done.
            return TargetReport(.retry(doubt.code.rawValue, blamesTarget: true, mayHaveActed: order.step == .act))
        } catch let error as OutboundError {
            return TargetReport(.failed(error))
        } catch let error as SecretError {
            return TargetReport(.retry(error.code.rawValue, blamesTarget: true))
        } catch {
            if order.operation == .collect, order.step == .poll { return TargetReport(.copying(error)) }
            // Its worker is ending.
            let mayHaveActed = order.step == .act
            return TargetReport(.retry(AttemptVerdict.notBegun, blamesTarget: false, mayHaveActed: mayHaveActed))
        }
    }

    // MARK: Act

    private func act() async throws -> TargetReport {
        // The protocol has no word for what is to stay (K11).
        guard order.keeps.isEmpty, order.ends == nil else { return TargetReport(.refused("keeps_not_described")) }
        guard let regulation = OpenDSRRegulation(order.regulation) else {
            return TargetReport(.refused("regulation_not_expressible"))
        }
        guard let type = OpenDSRRequestType(order.operation) else {
            return TargetReport(.refused("operation_unsupported"))
        }
        var discovery = try await peer.discovery()
        var identities = discovery.choose(order.identities, description)
        if !discovery.requestTypes.contains(type) || identities.isEmpty {
            // It may have learned since.
            discovery = try await peer.discovery(life: OpenDSRTrust.rest)
            identities = discovery.choose(order.identities, description)
        }
        guard discovery.requestTypes.contains(type) else { return TargetReport(.refused("request_type_unsupported")) }
        guard !identities.isEmpty else { return TargetReport(.refused("no_common_identity")) }
        if order.mayHaveActed, let known = try await look(order.key) { return known }
        var request = OpenDSRRequest(
            type,
            id: order.key,
            under: regulation,
            of: identities,
            submittedAt: order.submittedAt
        )
        request.apiVersion = peer.version.apiVersion
        if let callback = description.callback { request.callbacks = [callback] }
        return try await post(request)
    }

    private func post(_ request: OpenDSRRequest) async throws -> TargetReport {
        let reply = try await peer.send("POST", peer.version.collection, request.bytes)
        switch reply.status {
        case 200..<300:
            var findings = try await findings(reply)
            guard let receipt = OpenDSRReceipt(reading: reply.body) else { throw OpenDSRDoubt(.unreadable) }
            try check(receipt.id, receipt.controller, of: order.key)
            findings.reference = Self.text(order.key)
            return TargetReport(.done(.acceptedPending, status: reply.status), findings)
        case 400, 409, 422:
            let fault = OpenDSRFault(reading: reply.body)
            guard reply.status == 409 || fault?.saysExists == true else { throw ReplyObstacle(reply) }
            if let known = try await look(order.key) { return known }
            // Somebody else's word for the same wish: while it is under way, it does what ours would.
            if let other = fault?.other, other != order.key, let running = try await look(other, onlyRunning: true) {
                return running
            }
            return TargetReport(
                .retry("equal_request", status: reply.status, blamesTarget: false, mayHaveActed: true)
            )
        default: throw ReplyObstacle(reply, mayHaveActed: true)
        }
    }

    /// How a request stands there that was sent before; nil where it is not known.
    private func look(_ id: UUID, onlyRunning: Bool = false) async throws -> TargetReport? {
        let reply = try await peer.send("GET", path(id))
        switch reply.status {
        case 200: break
        case 401, 403, 407, 408, 425, 429: throw ReplyObstacle(reply)
        // Sending the same id again begins nothing twice.
        case 400..<500: return nil
        default: throw ReplyObstacle(reply)
        }
        let (found, findings) = try await status(reply, of: id)
        switch found.status {
        case .completed where onlyRunning: return nil
        // What was found is fetched by the question that comes next.
        case .completed where order.operation == .collect:
            return TargetReport(.done(.acceptedPending, status: 200), findings)
        case .completed: return done(found, findings, reply.status)
        case .cancelled: return onlyRunning ? nil : TargetReport(.refused("cancelled_by_peer", status: 200), findings)
        case .pending, .inProgress, nil: return TargetReport(.done(.acceptedPending, status: 200), findings)
        }
    }

    // MARK: Poll

    private func poll() async throws -> TargetReport {
        let id = order.reference.flatMap { UUID(uuidString: $0) } ?? order.key
        let reply = try await peer.send("GET", path(id))
        switch reply.status {
        case 200: break
        // One that has just been taken is not everywhere known at once.
        case 404: return TargetReport(.retry("http_404", status: 404, blamesTarget: false))
        case 410: return TargetReport(.refused("expired_at_peer", status: 410))
        default: throw ReplyObstacle(reply)
        }
        var (found, findings) = try await status(reply, of: id)
        guard let status = found.status else {
            return TargetReport(.retry("unknown_status", status: 200, blamesTarget: false))
        }
        guard status.canFollow(order.checkpoint.flatMap { OpenDSRStatus(rawValue: $0) }) else {
            throw OpenDSRDoubt(.backwards)
        }
        findings.checkpoint = status.rawValue
        switch status {
        case .pending, .inProgress: return TargetReport(.waiting(after: pause(found), status: 200), findings)
        case .completed where order.operation == .collect: return try await collect(found, findings)
        case .completed: return done(found, findings, 200)
        case .cancelled: return TargetReport(.refused("cancelled_by_peer", status: 200), findings)
        }
    }

    /// A tenth of the time that is left by the processor's own word: seldom while the end is far off, often when it is near.
    private func pause(_ report: OpenDSRReport) -> Duration {
        let least = Double(description.pollEvery)
        let left = report.expectedAt?.timeIntervalSinceNow ?? 0
        return .seconds(max(least, min(left / Self.shareOfRest, Self.longestPause)))
    }

    /// Fetches what was found. Without a place where it is nothing is held; a processor that has found something says where.
    private func collect(_ report: OpenDSRReport, _ findings: TargetFindings) async throws -> TargetReport {
        let count = report.resultsCount ?? 0
        var findings = findings
        guard let url = report.results else {
            guard count == 0 else {
                return TargetReport(.retry("results_missing", status: 200, blamesTarget: false), findings)
            }
            return nothing(report, findings)
        }
        guard let desk = order.copy else { return TargetReport(.refused("no_store")) }
        guard let piece = try await peer.fetch(ResultsFile(url: url, desk: desk)) else {
            // It is said that there is something, and nothing comes.
            guard report.resultsCount == 0 else { throw ReplyObstacle(.retry("results_short", blamesTarget: true)) }
            return nothing(report, findings)
        }
        findings.pieces = [piece]
        return done(report, findings, 200)
    }

    private func nothing(_ report: OpenDSRReport, _ findings: TargetFindings) -> TargetReport {
        var told = done(report, findings, 200)
        told.verdict = .done(.alreadyAbsent, status: 200)
        told.findings.rows = 0
        return told
    }

    // MARK: Cancel

    private func cancel() async throws -> TargetReport {
        let id = order.reference.flatMap { UUID(uuidString: $0) } ?? order.key
        let reply = try await peer.send("DELETE", path(id))
        switch reply.status {
        case 200..<300:
            let findings = try await findings(reply)
            // Some say it with an empty body.
            if !reply.body.isEmpty {
                guard let receipt = OpenDSRCancellation(reading: reply.body) else { throw OpenDSRDoubt(.unreadable) }
                try check(receipt.id, receipt.controller, of: id)
            }
            return TargetReport(.done(status: reply.status), findings)
        case 404, 410: return TargetReport(.done(.alreadyAbsent, status: reply.status))
        // It has begun, or is over.
        case 400, 405, 409, 422: return TargetReport(.refused("not_pending", status: reply.status))
        default: throw ReplyObstacle(reply, mayHaveActed: true)
        }
    }

    // MARK: Answers

    private func path(_ id: UUID) -> String { "\(peer.version.collection)/\(Self.text(id))" }

    private static func text(_ id: UUID) -> String { id.lowercaseText }

    /// Believes, then reads.
    private func status(_ reply: HTTPReply, of id: UUID) async throws -> (OpenDSRReport, TargetFindings) {
        var findings = try await findings(reply)
        guard let report = OpenDSRReport(reading: reply.body) else { throw OpenDSRDoubt(.unreadable) }
        try check(report.id, report.controller, of: id)
        findings.reference = Self.text(id)
        return (report, findings)
    }

    private func findings(_ reply: HTTPReply) async throws -> TargetFindings {
        let signer = try await peer.signer(of: reply)
        var findings = TargetFindings()
        findings.signature = signer.map { .init(domain: $0.domain, certificate: $0.fingerprint) }
        findings.digest = Hex.text(peer.services.digest.digest(.reply, [reply.body]))
        return findings
    }

    private func check(_ id: UUID, _ controller: String?, of asked: UUID) throws {
        guard id == asked else { throw OpenDSRDoubt(.request) }
        if let ours = description.controller, let controller, controller != ours { throw OpenDSRDoubt(.controller) }
    }

    private func done(_ report: OpenDSRReport, _ findings: TargetFindings, _ status: Int) -> TargetReport {
        var findings = findings
        findings.level = findings.signature == nil ? .attestation : .signedAttestation
        if order.operation == .collect {
            findings.rows = report.resultsCount
            // One file, whose records nobody has counted.
            findings.parts = [TargetFindings.Part(ResultsFile.dataset, "copied", rows: 0)]
        }
        return TargetReport(.done(status: status), findings)
    }
}
