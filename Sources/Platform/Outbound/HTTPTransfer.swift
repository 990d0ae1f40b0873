import CLibCurl

/// An HTTP call under way and what has arrived of its reply.
final class HTTPTransfer: Transfer {
    private let call: HTTPCall
    private let configuration: HTTPClient.Configuration
    private let bodyLimit: Int
    private let sink: HTTPDownload.Sink?
    private let continuation: CheckedContinuation<HTTPDownload, any Error>
    private var headers: [(name: String, value: String)] = []
    private var headerBytes = 0
    private var body: [UInt8] = []
    private var bodyBytes = 0
    /// Of what goes to the sink, from its first byte on.
    private var head: HTTPReply?
    private var sinkBytes = 0
    private var sinkError: (any Error)?
    private var isTooLarge = false
    /// A body that nobody wants went beyond the limit.
    private var isCut = false

    /// All headers of a reply together; the library itself sets no limit before 8.3.
    private static let headerLimit = 65_536
    /// Of a body that the sink does not get, since its status is another than 2xx: more is cut off.
    private static let refusalLimit = 65_536
    /// Bytes a second below which a reply stalls.
    private static let stallSpeed = 1_024

    init(
        _ call: HTTPCall,
        _ configuration: HTTPClient.Configuration,
        owner: Owner,
        deadline: ContinuousClock.Instant,
        sink: HTTPDownload.Sink? = nil,
        continuation: CheckedContinuation<HTTPDownload, any Error>
    ) {
        self.call = call
        self.configuration = configuration
        self.sink = sink
        self.continuation = continuation
        bodyLimit = call.bodyLimit ?? configuration.bodyLimit
        // Through a proxy the sockets are the proxy's, which the operator has chosen.
        let isGuarded = !call.allowing.contains(.internalAddress) && configuration.proxy == nil
        super.init(owner: owner, deadline: deadline, addressGuard: isGuarded ? configuration.addressGuard : nil)
    }

    override func finish(_ result: CURLcode) {
        if let sinkError { return fail(sinkError) }
        guard result == CURLE_OK || isCut else {
            if isTooLarge { return fail(OutboundError(.tooLarge, mayHaveActed: mayHaveActed)) }
            guard sink != nil, result == CURLE_PARTIAL_FILE else { return fail(error(for: result)) }
            return fail(OutboundError(.incomplete, libraryCode: Int(result.rawValue), mayHaveActed: mayHaveActed))
        }
        continuation.resume(returning: HTTPDownload(reply: reply, bytes: sinkBytes))
    }

    /// As far as it has come.
    private var reply: HTTPReply {
        var status = 0
        shim_easy_get_status(handle, &status)
        return HTTPReply(status: status, headers: headers, body: body)
    }

    override func fail(_ error: any Error) {
        continuation.resume(throwing: error)
    }

    // MARK: Setting up

    override func configure() throws(OutboundError) {
        try set(CURLOPT_URL, call.url)
        try set(CURLOPT_PROTOCOLS_STR, call.allowing.contains(.plain) ? "http,https" : "https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(configuration.connectTimeout))
        try set(CURLOPT_MAXAGE_CONN, max(1, Int(configuration.idleTime.components.seconds)))
        if let limit = call.stallLimit {
            try set(CURLOPT_LOW_SPEED_LIMIT, Self.stallSpeed)
            try set(CURLOPT_LOW_SPEED_TIME, max(1, Int(limit.components.seconds)))
        }
        if call.usesFreshConnection { try set(CURLOPT_FRESH_CONNECT, 1) }
        if !call.keepsConnection { try set(CURLOPT_FORBID_REUSE, 1) }
        if let file = configuration.caFile { try set(CURLOPT_CAINFO, file) }
        if let agent = configuration.userAgent { try set(CURLOPT_USERAGENT, agent) }
        if let proxy = configuration.proxy { try setProxy(proxy) }
        if !call.lookUps.isEmpty { try set(CURLOPT_RESOLVE, call.lookUps) }
        if let login = call.basicAuthentication {
            try set(CURLOPT_HTTPAUTH, shim_auth_basic)
            try set(CURLOPT_USERNAME, login.user)
            try set(CURLOPT_PASSWORD, login.password)
        }
        try setBody()
        try setHeaders()
    }

    private func setProxy(_ proxy: HTTPClient.Proxy) throws(OutboundError) {
        // The proxy looks the names up: of addresses written out, and of this machine's own name, we can judge here.
        if !call.allowing.contains(.internalAddress) {
            let host = try HostName(ofURL: call.url)
            if let refusal = host.refusal(by: configuration.addressGuard) {
                throw OutboundError(.address, refusal: refusal)
            }
        }
        try set(CURLOPT_PROXY, proxy.url)
        if let file = configuration.caFile { try set(CURLOPT_PROXY_CAINFO, file) }
        if let login = proxy.login {
            try set(CURLOPT_PROXYAUTH, shim_auth_basic)
            try set(CURLOPT_PROXYUSERNAME, login.user)
            try set(CURLOPT_PROXYPASSWORD, login.password)
        }
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    }

    private func setBody() throws(OutboundError) {
        if let body = call.body {
            // Length before bytes: the library copies that many.
            try check(shim_easy_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            // An empty array may have no address, and without one the library would not take it for a body.
            try check(
                (body.isEmpty ? [0] : body).withUnsafeBytes {
                    shim_easy_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
                }
            )
        } else if call.method == "HEAD" {
            try set(CURLOPT_NOBODY, 1)
        }
        try set(CURLOPT_CUSTOMREQUEST, call.method)
    }

    private func setHeaders() throws(OutboundError) {
        // Without a value, or with blanks for one, the library would take a line for the wish to leave the header out.
        var lines = call.headers.map {
            $0.value.utf8.allSatisfy { $0 == 0x20 } ? "\($0.name);" : "\($0.name): \($0.value)"
        }
        lines.append("Expect:")  // takes away the pause of a second before larger bodies
        if !call.headers.contains(where: { $0.name.lowercased() == "content-type" }) { lines.append("Content-Type:") }
        try set(CURLOPT_HTTPHEADER, lines)
    }

    // MARK: Arriving

    override func take(body chunk: UnsafeRawBufferPointer) -> Int {
        bodyBytes += chunk.count
        if let sink { return pass(chunk, to: sink) }
        guard bodyBytes <= bodyLimit else {
            if call.takesBody { isTooLarge = true } else { isCut = true }
            return 0
        }
        if call.takesBody { body.append(contentsOf: chunk) }
        return chunk.count
    }

    private func pass(_ chunk: UnsafeRawBufferPointer, to sink: HTTPDownload.Sink) -> Int {
        let head = head ?? reply
        self.head = head
        guard (200..<300).contains(head.status) else {
            isCut = bodyBytes > Self.refusalLimit
            return isCut ? 0 : chunk.count
        }
        guard max(bodyBytes, HTTPDownload.length(promisedBy: head) ?? 0) <= bodyLimit else {
            isTooLarge = true
            return 0
        }
        do {
            try sink(head, chunk)
        } catch {
            sinkError = error
            return 0
        }
        sinkBytes += chunk.count
        return chunk.count
    }

    override func take(header line: UnsafeRawBufferPointer) -> Int {
        headerBytes += line.count
        guard headerBytes <= Self.headerLimit else {
            isTooLarge = true
            return 0
        }
        if line.starts(with: "HTTP/".utf8) {
            headers = []  // an interim response came before
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            headers.append((Self.trimmed(line[..<colon]), Self.trimmed(line[(colon + 1)...])))
        }
        return line.count
    }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        var bytes = bytes.drop(while: isBlank)
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
