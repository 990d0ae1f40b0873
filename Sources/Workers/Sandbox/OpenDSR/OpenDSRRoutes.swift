import FoundationEssentials
import HTTPTypes
import Hummingbird
import Synchronization

/// The door for privacy requests: `/opendsr/{name}/v2` and `/opendsr/{name}/v1`.
struct OpenDSRRoutes: Sendable {
    private struct Discovery: Encodable {
        let apiVersion: String
        let supportedIdentities: [[String: String]]
        let supportedSubjectRequestTypes: [String]
        let processorCertificate: String
    }

    private struct Results: Encodable {
        let subjectRequestId: String
        let results: [[String: String]]
    }

    private struct OpenDSRCallback: Decodable {
        let subjectRequestId: String
        let requestStatus: String
    }

    let desk: Desk
    let processor: OpenDSRProcessor

    func add(to router: Router<PeerContext>) {
        for version in OpenDSRVersion.allCases {
            let group = router.group("opendsr/:name/\(version.rawValue)")
            let collection = RouterPath(version.collection)
            let one = RouterPath("\(version.collection)/:id")
            group.get("discovery") { try await discover($0, $1, version) }
            group.post(collection) { try await create($0, $1, version) }
            group.get(one) { try await status($0, $1, version) }
            group.delete(one) { try await cancel($0, $1, version) }
        }
        router.post("opendsr/:name/callbacks", use: hear)
        router.get("opendsr/:name/results/:id", use: results)
        router.get("opendsr/:name/certificate") { _, context in
            let peer = try desk.peers.named(context.parameters.get("name"))
            return pem(try processor.identity.certificate(of: peer.name)).response
        }
        router.get("authority") { _, _ in
            guard let authority = try processor.identity.authorityCertificate else {
                throw HTTPError(
                    .notFound,
                    message: "the certificate was given by file; its authority is not known here"
                )
            }
            return pem(authority).response
        }
    }

    private func discover(_ request: Request, _ context: PeerContext, _ version: OpenDSRVersion) async throws
        -> Response
    {
        try await serve(request, context, version, route: "/opendsr/discovery") { visit, play in
            try Reply(
                200,
                json: Discovery(
                    apiVersion: version.apiVersion,
                    supportedIdentities: play.manner.openDSR.identities.map { identity in
                        let parts = identity.split(separator: ":").map(String.init)
                        return ["identity_type": parts[0], "identity_format": parts[1]]
                    },
                    supportedSubjectRequestTypes: play.manner.openDSR.requestTypes,
                    processorCertificate: "\(base(visit))/certificate"
                )
            )
        }
    }

    private func create(_ request: Request, _ context: PeerContext, _ version: OpenDSRVersion) async throws -> Response
    {
        let visit = try await desk.admit(request, context, route: "/opendsr/requests")
        let submission = Reply.decode(OpenDSRSubmission.self, visit.body)
        let id = submission?.subjectRequestId
        visit.call.note(PeerBook.Content(key: id, body: visit.body))
        return try await answer(visit, version, key: id) { play in
            let manner = play.manner.openDSR
            guard let submission, let id else {
                return try fault(400, "the body is no JSON of a request, or has no subject_request_id", manner)
            }
            let faults = submission.faults(manner)
            guard faults.isEmpty else { return try fault(400, faults[0].message, manner, details: faults) }
            let taken = OpenDSRRequest(
                id: id,
                version: version,
                type: submission.subjectRequestType ?? "",
                callbackURLs: submission.statusCallbackUrls ?? [],
                receivedTime: Date().formatted(.iso8601),
                expectedCompletionTime: (Date() + expectedSeconds(manner)).formatted(.iso8601),
                base: base(visit),
                manner: manner,
                hasWrongSignature: play.behaviour.wrongSignature
            )
            if visit.peer.requests.withLock({ $0.insert(taken) }) {
                processor.begin(taken, of: visit.peer)
                return try Reply(201, json: OpenDSRAnswer(kind: .created(body: visit.body), request: taken))
            }
            switch manner.onDuplicate {
            case .exists: return try fault(400, "subject_request_id already exists", manner)
            case .conflict: return try fault(409, OpenDSRFault.message(409), manner)
            case .accept: return try Reply(201, json: OpenDSRAnswer(kind: .created(body: visit.body), request: taken))
            }
        }
    }

    private func status(_ request: Request, _ context: PeerContext, _ version: OpenDSRVersion) async throws -> Response
    {
        try await serve(request, context, version, route: "/opendsr/requests/id") { visit, play in
            guard let found = visit.peer.requests.withLock({ $0[id(context)] }) else {
                return try fault(404, OpenDSRFault.message(404), play.manner.openDSR)
            }
            return try Reply(200, json: OpenDSRAnswer(kind: .status, request: found))
        }
    }

    private func cancel(_ request: Request, _ context: PeerContext, _ version: OpenDSRVersion) async throws -> Response
    {
        try await serve(request, context, version, route: "/opendsr/requests/id") { visit, play in
            let (known, moved) = visit.peer.requests.withLock { requests in
                let known = requests[id(context)] != nil
                return (known, requests.move(id(context), from: .pending, to: .cancelled))
            }
            guard known else { return try fault(404, OpenDSRFault.message(404), play.manner.openDSR) }
            guard let moved else {
                return try fault(400, "the request can be cancelled only while it is pending", play.manner.openDSR)
            }
            processor.tell(moved, of: visit.peer)
            return try Reply(202, json: OpenDSRAnswer(kind: .cancelled, request: moved))
        }
    }

    @Sendable private func results(_ request: Request, _ context: PeerContext) async throws -> Response {
        try await serve(request, context, .v2, route: "/opendsr/results", taken: Self.cut) { visit, play in
            let manner = play.manner.openDSR
            guard let found = visit.peer.requests.withLock({ $0[id(context)] }), found.hasResults else {
                return try fault(404, OpenDSRFault.message(404), manner)
            }
            guard !manner.resultsExpired else { return try fault(410, OpenDSRFault.message(410), manner) }
            let records = (1...found.manner.resultsCount).map { ["record": "sample \($0)"] }
            var reply = try Reply(200, json: Results(subjectRequestId: found.id, results: records))
            if let count = manner.resultsBytes {
                let blanks = [UInt8](repeating: UInt8(ascii: " "), count: max(0, count - reply.body.count))
                reply.body = reply.body.prefix(count) + blanks
            }
            return reply
        }
    }

    private static func cut(_ play: inout Play) {
        if play.manner.openDSR.resultsCut { play.behaviour.close = .midBody }
    }

    /// A caller's own door: it is called back here when somebody else is the processor.
    @Sendable private func hear(_ request: Request, _ context: PeerContext) async throws -> Response {
        let visit = try await desk.admit(request, context, route: "/opendsr/callbacks")
        let heard = Reply.decode(OpenDSRCallback.self, visit.body)
        let key = heard.map { "\($0.subjectRequestId):\($0.requestStatus)" }
        let names = visit.head.headerFields.filter { $0.name.canonicalName.hasPrefix("x-open") }
        let headers = Dictionary(names.map { ($0.name.canonicalName, $0.value) }) { $1 }
        visit.call.note(
            PeerBook.Content(key: key, body: visit.body, headers: desk.peers.limits.keepsBodies ? headers : [:])
        )
        return try await desk.deliver(visit, desk.play(visit), key: key) { Reply(202) }
    }

    private func serve(
        _ request: Request,
        _ context: PeerContext,
        _ version: OpenDSRVersion,
        route: String,
        taken: (inout Play) -> Void = { _ in },
        act: (Visit, Play) throws -> Reply
    ) async throws -> Response {
        let visit = try await desk.admit(request, context, route: route)
        visit.call.note(PeerBook.Content(body: visit.body))
        return try await answer(visit, version, key: nil, taken: taken) { try act(visit, $0) }
    }

    /// Delivers, and signs what is no error.
    ///
    /// - Parameter taken: what else is to be said of how the call is taken.
    private func answer(
        _ visit: Visit,
        _ version: OpenDSRVersion,
        key: String?,
        taken: (inout Play) -> Void = { _ in },
        act: (Play) throws -> Reply
    ) async throws -> Response {
        var play = desk.play(visit)
        taken(&play)
        return try await desk.deliver(visit, play, key: key) { status in
            try fault(status, OpenDSRFault.message(status), play.manner.openDSR)
        } act: {
            var reply = try act(play)
            guard reply.isSuccess, play.manner.openDSR.signs else { return reply }
            let signature = try processor.identity.signature(of: reply.body, isWrong: play.behaviour.wrongSignature)
            let domain = processor.identity.domain(of: visit.peer.name)
            reply.headers.append(contentsOf: version.headers(domain: domain, signature: signature))
            return reply
        }
    }

    private func fault(
        _ status: Int,
        _ message: String,
        _ manner: Manner.OpenDSR,
        details: [OpenDSRFault.Detail] = []
    ) throws -> Reply {
        try Reply(status, json: OpenDSRFault(status, message, errors: details, isBare: manner.bareErrors))
    }

    private func id(_ context: PeerContext) -> String { context.parameters.get("id") ?? "" }

    private func base(_ visit: Visit) -> String {
        "http://\(visit.head.authority ?? "127.0.0.1")/opendsr/\(visit.peer.name)"
    }

    private func expectedSeconds(_ manner: Manner.OpenDSR) -> Double {
        Double(manner.pendingMilliseconds + manner.inProgressMilliseconds) / 1_000
    }

    private func pem(_ text: String) -> Reply {
        Reply(200, headers: [.contentType: "application/x-pem-file"], body: Array(text.utf8))
    }
}
