import FoundationEssentials

/// The form of somebody who is not logged in yet, tied to their browser by a cookie: another site cannot send it.
struct LoginForm: Sendable {
    static let lifetime: TimeInterval = 3_600

    private let text: String

    init(at now: Date) { text = "\(Session.random())~\(Int(now.timeIntervalSince1970))" }

    /// Nil for a cookie that is not ours, or too old.
    init?(cookie: String, key: SessionKey, now: Date) {
        let parts = cookie.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let made = Double(parts[1]),
            key.isSignature(parts[2], of: "login-cookie~\(parts[0])~\(parts[1])"),
            now.timeIntervalSince1970 - made < Self.lifetime
        else { return nil }
        text = "\(parts[0])~\(parts[1])"
    }

    func cookie(_ key: SessionKey) -> String { "\(text)~\(key.signature(of: "login-cookie~\(text)"))" }

    /// What the form's hidden field holds.
    func field(_ key: SessionKey) -> String { key.signature(of: "login-form~\(text)") }

    func admits(_ field: String, _ key: SessionKey) -> Bool { key.isSignature(field, of: "login-form~\(text)") }
}
