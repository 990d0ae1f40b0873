import CLibCurl

/// A mail on its way to a server, and what the server has said so far.
final class SMTPTransfer: Transfer {
    private let submission: MailSubmission
    private let configuration: SMTPClient.Configuration
    private let continuation: CheckedContinuation<SMTPReply, any Error>
    private var given = 0
    private var reply: SMTPReply?
    /// Replies since the conversation turned to this mail: sender, each recipient, content, end of content.
    private var replies = 0
    private var isLoggedIn = false
    private var hasOpened = false
    private var objection: OutboundError.Code?

    init(
        _ submission: MailSubmission,
        _ configuration: SMTPClient.Configuration,
        owner: Owner,
        deadline: ContinuousClock.Instant,
        continuation: CheckedContinuation<SMTPReply, any Error>
    ) {
        self.submission = submission
        self.configuration = configuration
        self.continuation = continuation
        let isGuarded = !configuration.allowing.contains(.internalAddress)
        super.init(owner: owner, deadline: deadline, addressGuard: isGuarded ? configuration.addressGuard : nil)
    }

    override func configure() throws(OutboundError) {
        let scheme = configuration.security == .implicit ? "smtps" : "smtp"
        try set(CURLOPT_URL, "\(scheme)://\(configuration.host):\(configuration.port)/\(configuration.clientName)")
        try set(CURLOPT_PROTOCOLS_STR, scheme)
        let security =
            switch configuration.security {
            case .implicit, .required: CURLUSESSL_ALL
            case .opportunistic: CURLUSESSL_TRY
            case .none: CURLUSESSL_NONE
            }
        try set(CURLOPT_USE_SSL, Int(security.rawValue))
        try set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(configuration.connectTimeout))
        try set(CURLOPT_MAXAGE_CONN, max(1, Int(configuration.idleTime.components.seconds)))
        if let file = configuration.caFile { try set(CURLOPT_CAINFO, file) }
        if let login = configuration.login {
            try set(CURLOPT_USERNAME, login.user)
            try set(CURLOPT_PASSWORD, login.password)
            try set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
        }
        // Without one the library writes the empty sender.
        if let sender = submission.sender { try set(CURLOPT_MAIL_FROM, sender.text) }
        try set(CURLOPT_MAIL_RCPT, submission.recipients.map(\.text))
        try set(CURLOPT_UPLOAD, 1)
        try check(shim_easy_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(submission.message.count)))
    }

    // MARK: Ends

    override func finish(_ result: CURLcode) {
        if result == CURLE_OK, let reply { return continuation.resume(returning: reply) }
        if let objection { return fail(OutboundError(objection)) }
        if let reply, reply.code >= 400, hasBegun || Self.isRefusal(result) {
            let isLogin = !hasBegun && result == CURLE_LOGIN_DENIED
            return continuation.resume(
                returning: isLogin
                    ? SMTPReply(code: reply.code, enhancedCode: reply.enhancedCode, stage: .login) : reply
            )
        }
        // No way to log in that both sides know.
        if result == CURLE_LOGIN_DENIED { return fail(OutboundError(.login)) }
        fail(error(for: result))
    }

    /// What the library says when the server refused to go on before the mail was spoken of.
    private static func isRefusal(_ result: CURLcode) -> Bool {
        [CURLE_LOGIN_DENIED, CURLE_REMOTE_ACCESS_DENIED, CURLE_WEIRD_SERVER_REPLY].contains(result)
    }

    /// Else the library would end the mail where it is, which the server takes for all of it, and wait for the answer.
    override func abandon() {
        shutDownConnection()
    }

    override func fail(_ error: any Error) {
        continuation.resume(throwing: error)
    }

    /// Taking a mail begins with its last byte.
    override var mayHaveActed: Bool { given == submission.message.count }

    // MARK: Called by the library

    /// A kept connection may come from a client that asks for less.
    override func mayUseConnection() -> Bool {
        if configuration.isEncryptionCertain, shim_easy_is_encrypted(handle) == 0 { objection = .tls }
        // The library goes on without logging in when the server offers no way to.
        if configuration.login != nil, hasOpened, !isLoggedIn { objection = .login }
        return objection == nil
    }

    override func take(header line: UnsafeRawBufferPointer) -> Int {
        guard let reply = SMTPReply(line: line, stage: stage) else { return line.count }
        self.reply = reply
        if hasBegun {
            replies += 1
            // It is over, and the library would say good-bye and wait for the answer.
            if reply.code >= 400 { shutDownConnection() }
        } else {
            hasOpened = true
            if reply.code == 235 { isLoggedIn = true }
        }
        return line.count
    }

    private var stage: SMTPReply.Stage {
        switch replies {
        case _ where !hasBegun: .opening
        case 0: .sender
        case ...submission.recipients.count: .recipient
        default: .content
        }
    }

    override func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let chunk = submission.message[given...].prefix(buffer.count)
        buffer.copyBytes(from: chunk)
        given += chunk.count
        return chunk.count
    }
}
