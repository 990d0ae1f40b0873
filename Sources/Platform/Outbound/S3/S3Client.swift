import FoundationEssentials

/// Objects of one bucket at a server that speaks S3, over an ``HTTPClient``.
///
/// Every request is signed with the digest of its body. Answers that ask for patience and calls that get none are tried again
/// a few times, each signed anew, with pauses that double; a refusal is final. Nothing here cares what the objects are.
package struct S3Client: Sendable {
    package struct Configuration: Sendable, CustomStringConvertible {
        package var endpoint: S3Endpoint
        package var region: String
        package var credentials: SignatureV4.Credentials
        /// As of ``HTTPCall/allowing``: a store of one's own may be inside, and speak without TLS.
        package var allowing: Permissions = []
        /// Of one attempt. A part has to pass in this time.
        package var timeout: Duration = .seconds(120)
        /// At least one.
        package var attempts = 4
        /// Before the second attempt; it doubles from there. A store that asks for more gets it, up to the longest.
        package var pause: Duration = .milliseconds(250)
        package var longestPause: Duration = .seconds(8)
        /// Bytes of a part: what is in memory of a file, twice while it is sent. Stores want at least 5 MiB.
        package var partSize = 8 << 20

        package init(endpoint: S3Endpoint, region: String, credentials: SignatureV4.Credentials) {
            self.endpoint = endpoint
            self.region = region
            self.credentials = credentials
        }

        package var description: String { "S3Client.Configuration(redacted)" }
    }

    /// What a store tells of an object.
    package struct Object: Sendable, Hashable {
        /// Bytes.
        package let size: Int
        /// Its entity tag, quotes included: another one for other content.
        package let tag: String
    }

    let configuration: Configuration
    private let client: HTTPClient
    private let signature: SignatureV4

    package init(_ configuration: Configuration, on client: HTTPClient) {
        self.configuration = configuration
        self.client = client
        signature = SignatureV4(credentials: configuration.credentials, region: configuration.region)
    }

    // MARK: Objects

    /// Writes an object of this content, in place of the one that is there.
    ///
    /// - Throws: ``S3Error``, or `CancellationError`, as everything here.
    package func put(_ key: String, _ bytes: [UInt8]) async throws {
        _ = try await send("PUT", key: key, body: bytes)
    }

    /// The bytes from `offset` on, fewer than `length` where the object ends before.
    ///
    /// - Parameter tag: of the object that is meant; another one is ``S3Error/Code/changed``.
    package func get(_ key: String, offset: Int, length: Int, tag: String? = nil) async throws -> [UInt8] {
        precondition(offset >= 0 && length >= 0 && offset <= Int.max - length)
        guard length > 0 else { return [] }
        var headers = [(name: "Range", value: "bytes=\(offset)-\(offset + length - 1)")]
        if let tag { headers.append(("If-Match", tag)) }
        let reply: HTTPReply
        do {
            reply = try await send("GET", key: key, headers: headers, bodyLimit: max(length, Self.replyLimit))
        } catch let error as S3Error where error.status == 416 {
            return []
        }
        // A store that does not know ranges gives the whole.
        guard reply.body.count <= length,
            reply.status == 206 ? Self.start(of: reply) == offset : offset == 0
        else { throw S3Error(.reply, status: reply.status) }
        return reply.body
    }

    private static func start(of reply: HTTPReply) -> Int? {
        guard let range = reply.header("content-range"), range.hasPrefix("bytes ") else { return nil }
        return Int(range.dropFirst(6).prefix { $0 != "-" })
    }

    /// Size and tag of an object; nil where there is none.
    package func head(_ key: String) async throws -> Object? {
        do {
            let reply = try await send("HEAD", key: key)
            guard let size = reply.header("content-length").flatMap({ Int($0) }), size >= 0,
                let tag = reply.header("etag"), !tag.isEmpty
            else { throw S3Error(.reply, status: reply.status) }
            return Object(size: size, tag: tag)
        } catch let error as S3Error where error.code == .noKey {
            return nil
        }
    }

    /// Deletes an object. One that is not there is fine.
    package func delete(_ key: String) async throws {
        do {
            _ = try await send("DELETE", key: key)
        } catch let error as S3Error where error.code == .noKey {}
    }

    // MARK: Calls

    static let replyLimit = 65_536

    /// The reply of a call that succeeded.
    ///
    /// - Parameters:
    ///   - bodyHash: of the body, where it is known.
    ///   - attempts: fewer than configured.
    func send(
        _ method: String,
        key: String? = nil,
        query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil,
        bodyHash: String? = nil,
        bodyLimit: Int = replyLimit,
        attempts: Int? = nil
    ) async throws -> HTTPReply {
        let path = configuration.endpoint.path(key)
        let hash = bodyHash ?? body.map(SignatureV4.hash) ?? SignatureV4.emptyHash
        let request = SignatureV4.Request(
            method: method,
            host: configuration.endpoint.host,
            path: path,
            query: query,
            headers: headers + [("X-Amz-Content-Sha256", hash)],
            bodyHash: hash
        )
        var call = HTTPCall(
            method,
            configuration.endpoint.url(path, query: query),
            body: body,
            allowing: configuration.allowing,
            timeout: configuration.timeout,
            bodyLimit: bodyLimit
        )
        var attempt = 1
        while true {
            call.headers = signature.headers(for: request, at: Date())
            let failure: S3Error
            var wish: Duration = .zero
            do {
                let reply = try await client.send(call)
                if (200...299).contains(reply.status) { return reply }
                failure = S3Error(reply, isOfObject: key != nil)
                wish = reply.retryAfter?.delay(from: Date()) ?? .zero
            } catch let error as OutboundError {
                failure = S3Error(error)
            }
            guard [.unavailable, .unreachable].contains(failure.code), failure.isRetryable,
                failure.cause?.code != .closed,
                attempt < attempts ?? configuration.attempts
            else { throw failure }
            try await Task.sleep(for: pause(after: attempt, wish: wish))
            attempt += 1
        }
    }

    /// Between half of the pause and the whole of it, so that many do not come back at once.
    private func pause(after attempt: Int, wish: Duration) -> Duration {
        let doubled = configuration.pause * (1 << min(attempt - 1, 16))
        let most = min(doubled, configuration.longestPause)
        return max(min(wish, configuration.longestPause), most / 2 + most / 2 * Double.random(in: 0...1))
    }
}
