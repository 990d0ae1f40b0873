import Hummingbird

/// The cookies of the console: for its own pages alone, and where TLS ends before it for HTTPS alone.
struct ConsoleCookie: Sendable {
    let isSecure: Bool

    var session: String { name("session") }
    var form: String { name("form") }
    var refresh: String { name("refresh") }

    /// Browsers keep `__Host-` cookies to this very host, and to HTTPS.
    private func name(_ part: String) -> String { (isSecure ? "__Host-" : "") + "habeas-console-\(part)" }

    /// - Parameter seconds: nil until the browser is closed; 0 takes it away.
    func cookie(_ name: String, _ value: String, seconds: Int? = nil) -> Cookie {
        Cookie(
            name: name,
            value: value,
            maxAge: seconds,
            path: "/",
            secure: isSecure,
            httpOnly: true,
            sameSite: .strict
        )
    }
}
