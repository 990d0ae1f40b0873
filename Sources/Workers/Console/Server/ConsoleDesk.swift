import Fleet
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Observability
import Postgres
import Synchronization

/// Who looks at what: sessions, forms, and the way from a request to a page.
final class ConsoleDesk: Sendable {
    private let pool: PostgresPool
    private let operators: OperatorBook
    private let key: SessionKey
    private let isBehindProxy: Bool
    private let refresh: Duration
    private let reply: ConsoleReply
    private let cookies: ConsoleCookie
    private let throttle = Mutex(LoginThrottle())
    private let metrics: MetricsRegistry
    private let logger: Logger

    init(
        _ configuration: ConsoleConfiguration,
        pool: PostgresPool,
        operators: OperatorBook,
        key: SessionKey,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.pool = pool
        self.operators = operators
        self.key = key
        self.metrics = metrics
        self.logger = logger
        isBehindProxy = configuration.isBehindProxy
        refresh = configuration.refresh
        reply = ConsoleReply(isBehindProxy: configuration.isBehindProxy)
        cookies = ConsoleCookie(isSecure: configuration.isBehindProxy)
    }

    // MARK: Pages

    /// Shows a page to whoever is logged in.
    ///
    /// - Parameter load: nil where what the page is about does not exist.
    func show(
        _ request: Request,
        _ load: @Sendable (ConsoleReader) async throws -> Page?
    ) async throws -> Response {
        let now = Date()
        guard let session = session(of: request, now) else {
            return reply.redirect("/login" + QueryText.query([("next", Self.address(of: request))]))
        }
        var response = try await page(request, session, load)
        // A page that loads itself is nobody's.
        if request.uri.queryParameters["auto"] == nil, let seen = session.seen(at: now) {
            setSession(seen, on: &response)
        }
        return response
    }

    private func page(
        _ request: Request,
        _ session: Session,
        _ load: @Sendable (ConsoleReader) async throws -> Page?
    ) async throws -> Response {
        do {
            let page = try await pool.withConnection { connection in
                try await load(try await ConsoleReader(connection))
            }
            guard let page else {
                count(ConsoleMetrics.pages, "not_found")
                return reply.page(FaultPage.notFound, .notFound)
            }
            count(ConsoleMetrics.pages, "shown")
            let viewer = Frame.Viewer(
                name: session.name,
                formToken: session.formToken(key),
                refresh: request.cookies[cookies.refresh]?.value == "off" ? nil : refresh,
                address: Self.address(of: request)
            )
            return reply.page(Frame.page(page, for: viewer))
        } catch let error as PostgresError {
            count(ConsoleMetrics.pages, "no_database")
            logger.warning("a page waits for the database", metadata: .keys([.reason: "\(error)"]))
            var response = reply.page(FaultPage.noDatabase, .serviceUnavailable)
            response.headers[.retryAfter] = "10"
            if let name = HTTPField.Name("Refresh") { response.headers[name] = "10" }
            return response
        }
    }

    func notFound() -> Response { reply.page(FaultPage.notFound, .notFound) }

    func refused(_ status: HTTPResponse.Status) -> Response {
        reply.page(FaultPage.html("\(status.reasonPhrase)", "The console cannot answer this request."), status)
    }

    func file(_ text: String, _ type: String) -> Response { reply.file(text, type) }

    // MARK: Logging in

    func askWho(_ request: Request) -> Response {
        let next = Self.own(request.uri.queryParameters["next"].map(String.init))
        if session(of: request, Date()) != nil { return reply.redirect(next) }
        return loginPage(next: next, fault: nil, .ok)
    }

    func logIn(_ request: Request, _ context: ConsoleContext) async throws -> Response {
        let now = Date()
        let fields = try await form(of: request, context)
        let next = Self.own(fields["next"])
        guard let cookie = request.cookies[cookies.form]?.value,
            let form = LoginForm(cookie: cookie, key: key, now: now), form.admits(fields["form"] ?? "", key)
        else {
            count(ConsoleMetrics.logins, "stale_form")
            return loginPage(next: next, fault: "This form is too old, or not from here. Please try again.", .forbidden)
        }
        let source = source(of: request, context)
        if let wait = throttle.withLock({ $0.wait(source, now: now) }) {
            count(ConsoleMetrics.logins, "throttled")
            var response = loginPage(
                next: next,
                fault: "Too many wrong tries. Wait \(Int(wait.rounded(.up))) seconds, then try again.",
                .tooManyRequests
            )
            response.headers[.retryAfter] = "\(Int(wait.rounded(.up)))"
            return response
        }
        let list = operators.current
        let name = fields["name"] ?? ""
        guard list.admits(name, token: fields["token"] ?? "") else {
            throttle.withLock { $0.failed(source, now: now) }
            count(ConsoleMetrics.logins, "refused")
            logger.notice("a login at the console was refused", metadata: .keys([.address: "\(source)"]))
            return loginPage(next: next, fault: "Name and token do not belong together.", .unauthorized)
        }
        throttle.withLock { $0.succeeded(source) }
        count(ConsoleMetrics.logins, "admitted")
        var response = reply.redirect(next)
        setSession(Session(of: name, at: now), on: &response)
        response.setCookie(cookies.cookie(cookies.form, "", seconds: 0))
        return response
    }

    func logOut(_ request: Request, _ context: ConsoleContext) async throws -> Response {
        guard try await ownForm(request, context) != nil else { return refused(.forbidden) }
        var response = reply.redirect("/login")
        response.setCookie(cookies.cookie(cookies.session, "", seconds: 0))
        return response
    }

    /// Stops or starts the loading of pages by themselves, for this browser.
    func setRefresh(_ request: Request, _ context: ConsoleContext) async throws -> Response {
        guard let fields = try await ownForm(request, context) else { return refused(.forbidden) }
        var response = reply.redirect(Self.own(fields["back"]))
        let isOff = fields["refresh"] == "off"
        response.setCookie(cookies.cookie(cookies.refresh, isOff ? "off" : "on", seconds: isOff ? nil : 0))
        return response
    }

    private func loginPage(next: String, fault: String?, _ status: HTTPResponse.Status) -> Response {
        let form = LoginForm(at: Date())
        var response = reply.page(LoginPage.html(field: form.field(key), next: next, fault: fault), status)
        response.setCookie(cookies.cookie(cookies.form, form.cookie(key), seconds: Int(LoginForm.lifetime)))
        return response
    }

    // MARK: Parts of a request

    private func session(of request: Request, _ now: Date) -> Session? {
        request.cookies[cookies.session].flatMap {
            Session(cookie: $0.value, key: key, operators: operators.current, now: now)
        }
    }

    private func setSession(_ session: Session, on response: inout Response) {
        guard let text = session.cookie(key: key, operators: operators.current) else { return }
        response.setCookie(cookies.cookie(cookies.session, text))
    }

    /// The fields of a form that came from one of this session's own pages; nil for any other.
    private func ownForm(_ request: Request, _ context: ConsoleContext) async throws -> [String: String]? {
        guard let session = session(of: request, Date()) else { return nil }
        let fields = try await form(of: request, context)
        return key.isSignature(fields["form"] ?? "", of: "form~\(session.id)") ? fields : nil
    }

    private func form(of request: Request, _ context: ConsoleContext) async throws -> [String: String] {
        guard request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true else {
            throw HTTPError(.unsupportedMediaType)
        }
        do {
            let body = try await request.body.collect(upTo: context.maxUploadSize)
            return try URLEncodedFormDecoder().decode([String: String].self, from: String(buffer: body))
        } catch is NIOTooManyBytesError {
            throw HTTPError(.contentTooLarge)
        } catch {
            // What it says of itself may hold what was sent.
            throw HTTPError(.badRequest)
        }
    }

    /// Whom the request came from: behind a proxy what that one has added last.
    private func source(of request: Request, _ context: ConsoleContext) -> String {
        guard isBehindProxy, let name = HTTPField.Name("X-Forwarded-For"),
            let last = request.headers[values: name].last?.split(separator: ",").last
        else { return context.peer }
        return String(last.filter { $0.isHexDigit || $0 == "." || $0 == ":" }.prefix(45))
    }

    /// Path and query as they were asked for, but that the page had loaded itself.
    private static func address(of request: Request) -> String {
        let query = (request.uri.query ?? "").split(separator: "&").filter { $0 != Frame.automatic }
        return own(request.uri.path + (query.isEmpty ? "" : "?" + query.joined(separator: "&")))
    }

    /// An address of the console itself; the overview in place of any other.
    static func own(_ address: String?) -> String {
        guard let address, address.utf8.count <= 1_024,
            address.wholeMatch(of: /\/([A-Za-z0-9._~%?&=:+-][A-Za-z0-9._~%?&=:+\/-]*)?/) != nil,
            !address.hasPrefix("/login"), !address.hasPrefix("/logout"), !address.hasPrefix("/refresh")
        else { return "/" }
        return address
    }

    private func count(_ metric: MetricDescription, _ outcome: String) { metrics.counter(metric, outcome).increment() }
}
