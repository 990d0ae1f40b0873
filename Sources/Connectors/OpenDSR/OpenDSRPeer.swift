import Fleet
import FoundationEssentials
import Outbound
import Rights

/// A processor as one order speaks to it: calls within the order's time, with its credentials, and what of its answers is believed.
struct OpenDSRPeer: Sendable {
    /// Bytes of an answer. A receipt repeats the request.
    private static let answerLimit = 262_144
    private static let certificateLimit = 65_536

    let services: ConnectorServices
    let system: DataSystem
    let description: OpenDSRDescription
    let version: OpenDSRVersion
    let trust: OpenDSRTrust
    /// When the whole conversation has to be over.
    let deadline: ContinuousClock.Instant

    init?(_ system: DataSystem, _ services: ConnectorServices, _ trust: OpenDSRTrust, budget: Duration) {
        guard case .opendsr(let description) = system.connector,
            let version = OpenDSRVersion(url: description.url)
        else { return nil }
        self.services = services
        self.system = system
        self.description = description
        self.version = version
        self.trust = trust
        deadline = .now + budget
    }

    private var permissions: Permissions { system.isInternal ? [.internalAddress, .plain] : [] }

    // MARK: Calls

    /// - Parameter path: below the base URL.
    /// - Throws: `OutboundError`, `SecretError`, `CancellationError`.
    func send(_ method: String, _ path: String, _ body: [UInt8]? = nil) async throws -> HTTPReply {
        var call = HTTPCall(
            method,
            "\(description.url)/\(path)",
            headers: [(name: "accept", value: "application/json")],
            body: body,
            allowing: permissions,
            timeout: try timeLeft(),
            bodyLimit: Self.answerLimit
        )
        if body != nil { call.headers.append(("content-type", "application/json")) }
        try logIn(&call)
        return try await services.http.send(call)
    }

    private func logIn(_ call: inout HTTPCall) throws {
        switch description.authentication {
        case .none: break
        case .basic(let user, let password):
            let name = SecretReference(user) == nil ? user : try services.secrets.secret(user)
            call.basicAuthentication = HTTPCall.BasicAuthentication(
                user: name,
                password: try services.secrets.secret(password)
            )
        case .bearer(let token):
            call.headers.append(("authorization", "Bearer \(try services.secrets.secret(token))"))
        case .header(let name, let value): call.headers.append((name, try services.secrets.secret(value)))
        }
    }

    /// Fetches a file from where the processor says that it is. Its credentials go with the call only where that is its own
    /// place: results often lie in somebody's object store.
    ///
    /// - Throws: as ``ResultsFile/fetch(over:allowing:prepare:)``, and `SecretError`.
    func fetch(_ file: ResultsFile) async throws -> CopiedPiece? {
        try await file.fetch(over: services.http, allowing: permissions) { place, call in
            if place.origin == WebAddress(description.url)?.origin { try logIn(&call) }
        }
    }

    private func timeLeft() throws -> Duration {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { throw OutboundError(.timeout) }
        return min(left, services.timeout)
    }

    /// What it supports.
    ///
    /// - Parameter life: what is known for longer is asked anew.
    /// - Throws: ``ReplyObstacle`` too, and ``OpenDSRDoubt`` where it is signed and wrongly so.
    func discovery(life: Duration = OpenDSRTrust.discoveryLife) async throws -> OpenDSRDiscovery {
        try await trust.discoveries.value("\(system.id) \(description.url)", life: life) {
            let reply = try await send("GET", "discovery")
            guard reply.status == 200 else { throw ReplyObstacle(reply) }
            guard let discovery = OpenDSRDiscovery(reading: reply.body) else { throw OpenDSRDoubt(.unreadable) }
            // Where the certificate is, only this answer says: so much of it is read before it is known to be genuine.
            _ = try await signer(of: reply.headers, reply.body) { _ in discovery.certificate }
            return discovery
        }
    }

    // MARK: Belief

    /// Who has signed an answer; nil where nobody says so, or where signatures are not asked for. Looks at the bytes as they came,
    /// before anybody reads them.
    ///
    /// - Throws: ``OpenDSRDoubt`` for a signature that is not right.
    func signer(of reply: HTTPReply) async throws -> OpenDSRSigner? {
        try await signer(of: reply.headers, reply.body) { life in try await discovery(life: life).certificate }
    }

    func signer(
        of headers: [(name: String, value: String)],
        _ body: [UInt8],
        certificate: (Duration) async throws -> String?
    ) async throws -> OpenDSRSigner? {
        guard description.isSigned, let signature = try OpenDSRSignature(headers) else { return nil }
        guard description.domains.contains(signature.domain) else { throw OpenDSRDoubt(.domain) }
        // What does not fit what is known may fit what has come since: keys are replaced.
        for (discovery, life) in [
            (OpenDSRTrust.discoveryLife, OpenDSRTrust.certificateLife), (OpenDSRTrust.rest, OpenDSRTrust.rest),
        ] {
            guard let url = try await certificate(discovery) else { throw OpenDSRDoubt(.certificateMissing) }
            let signer = try await signer(at: url, for: signature.domain, life: life)
            if signer.isValid(at: Date()), signer.hasSigned(body, signature.bytes) { return signer }
        }
        throw OpenDSRDoubt(.signature)
    }

    private func signer(at url: String, for domain: String, life: Duration) async throws -> OpenDSRSigner {
        let key = [system.id, url, domain, description.authorities ?? ""].joined(separator: " ")
        return try await trust.signers.value(key, life: life) {
            let reply: HTTPReply
            do {
                reply = try await services.http.send(
                    HTTPCall(
                        "GET",
                        url,
                        // Credentials are the processor's own; its certificate is everybody's.
                        allowing: WebAddress(url)?.origin == WebAddress(description.url)?.origin ? permissions : [],
                        timeout: try timeLeft(),
                        bodyLimit: Self.certificateLimit
                    )
                )
            } catch is OutboundError {
                throw OpenDSRDoubt(.certificateUnreachable)
            }
            guard reply.status == 200 else { throw OpenDSRDoubt(.certificateUnreachable) }
            return try await OpenDSRSigner(
                reply.body,
                for: domain,
                authorities: description.authorities,
                at: Date()
            )
        }
    }
}
