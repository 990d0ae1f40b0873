import CLibCurl

/// One call under way: the library's handle and what has arrived so far. Touched by the client's thread only.
final class Transfer {
    let id: Int
    let handle: OpaqueHandle
    private let bodyLimit: Int
    private let continuation: CheckedContinuation<HTTPReply, any Error>
    private var headerLines: UnsafeMutablePointer<curl_slist>?
    private var headers: [(name: String, value: String)] = []
    private var headerBytes = 0
    private var body: [UInt8] = []
    private var isTooLarge = false

    typealias OpaqueHandle = UnsafeMutableRawPointer

    /// All headers of a reply together; the library itself sets no limit before 8.3.
    private static let headerLimit = 65_536

    /// Sets up the handle; nothing is sent before it is added to the set. The caller keeps the transfer alive until then.
    init(
        _ call: HTTPCall,
        id: Int,
        configuration: HTTPClient.Configuration,
        continuation: CheckedContinuation<HTTPReply, any Error>
    ) throws(OutboundError) {
        guard let handle = curl_easy_init() else { throw OutboundError(.library) }
        self.id = id
        self.handle = handle
        self.continuation = continuation
        bodyLimit = call.bodyLimit ?? configuration.bodyLimit
        try configure(call, configuration)
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headerLines)
    }

    /// Ends the call: with the reply, or with why there is none.
    func finish(_ result: CURLcode) {
        guard result == CURLE_OK else {
            return fail(isTooLarge ? OutboundError(.tooLarge) : OutboundError(result: result))
        }
        var status = 0
        shim_easy_get_status(handle, &status)
        continuation.resume(returning: HTTPReply(status: status, headers: headers, body: body))
    }

    func fail(_ error: any Error) {
        continuation.resume(throwing: error)
    }

    // MARK: Setting up

    private func configure(_ call: HTTPCall, _ configuration: HTTPClient.Configuration) throws(OutboundError) {
        try set(CURLOPT_URL, call.url)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_PROXY, "")  // an empty text, not none: else the environment would choose one
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        try set(CURLOPT_TIMEOUT_MS, Self.milliseconds(call.timeout ?? configuration.timeout))
        try set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(configuration.connectTimeout))
        try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        if let file = configuration.caFile { try set(CURLOPT_CAINFO, file) }
        if let agent = configuration.userAgent { try set(CURLOPT_USERAGENT, agent) }
        if let login = call.basicAuthentication {
            try set(CURLOPT_HTTPAUTH, shim_auth_basic)
            try set(CURLOPT_USERNAME, login.user)
            try set(CURLOPT_PASSWORD, login.password)
        }
        try setBody(call)
        try setHeaders(call.headers)
        let context = Unmanaged.passUnretained(self).toOpaque()
        try check(shim_easy_set_data_callback(handle, CURLOPT_WRITEFUNCTION, Self.onBody))
        try check(shim_easy_set_pointer(handle, CURLOPT_WRITEDATA, context))
        try check(shim_easy_set_data_callback(handle, CURLOPT_HEADERFUNCTION, Self.onHeader))
        try check(shim_easy_set_pointer(handle, CURLOPT_HEADERDATA, context))
    }

    private func setBody(_ call: HTTPCall) throws(OutboundError) {
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

    private func setHeaders(_ headers: [(name: String, value: String)]) throws(OutboundError) {
        var lines = headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        lines.append("Expect:")  // takes away the pause of a second before larger bodies
        if !headers.contains(where: { $0.name.lowercased() == "content-type" }) { lines.append("Content-Type:") }
        for line in lines {
            guard let longer = curl_slist_append(headerLines, line) else { throw OutboundError(.library) }
            headerLines = longer
        }
        try check(shim_easy_set_list(handle, CURLOPT_HTTPHEADER, headerLines))
    }

    private func set(_ option: CURLoption, _ value: Int) throws(OutboundError) {
        try check(shim_easy_set_long(handle, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(OutboundError) {
        try check(shim_easy_set_text(handle, option, value))
    }

    private func check(_ result: CURLcode) throws(OutboundError) {
        guard result == CURLE_OK else { throw OutboundError(result: result) }
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        // 0 would mean no limit at all, and the library counts in 32 bits.
        Int(min(max((duration / .milliseconds(1)).rounded(.up), 1), 2_147_483_647))
    }

    // MARK: Arriving

    private static let onBody: shim_data_callback = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().take(body: chunk)
    }

    private static let onHeader: shim_data_callback = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().take(header: line)
    }

    /// How much was taken; anything but all of it makes the library end the transfer.
    private func take(body chunk: UnsafeRawBufferPointer) -> Int {
        guard body.count + chunk.count <= bodyLimit else {
            isTooLarge = true
            return 0
        }
        body.append(contentsOf: chunk)
        return chunk.count
    }

    private func take(header line: UnsafeRawBufferPointer) -> Int {
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
