import Fleet
import FoundationEssentials

/// Somebody who has logged in, as their cookie says it. Signed together with the digest of their token: a token that is changed or
/// taken away ends its sessions.
struct Session: Sendable, Equatable {
    /// However busy somebody is.
    static let absolute: TimeInterval = 12 * 3_600
    /// Without a page that somebody asked for; one that loaded itself does not count.
    static let idle: TimeInterval = 3_600
    /// How much older a cookie may be than the page that was asked for last.
    private static let grain: TimeInterval = 60

    let name: String
    let begunAt: Date
    let seenAt: Date
    /// Told apart from any other session.
    let id: String

    init(of name: String, at now: Date) {
        self.name = name
        begunAt = now
        seenAt = now
        id = Session.random()
    }

    private init(name: String, begunAt: Date, seenAt: Date, id: String) {
        self.name = name
        self.begunAt = begunAt
        self.seenAt = seenAt
        self.id = id
    }

    static func random() -> String {
        Hex.text((0..<16).map { _ in UInt8.random(in: 0...255) })
    }

    /// Nil for what was not written by us, is over, or belongs to nobody any more.
    init?(cookie: String, key: SessionKey, operators: OperatorList, now: Date) {
        let parts = cookie.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, let digest = operators.digests[parts[0]],
            key.isSignature(parts[4], of: Self.signed(parts[0..<4].joined(separator: "~"), digest)),
            let begun = Int(parts[1]), let seen = Int(parts[2])
        else { return nil }
        self.init(
            name: parts[0],
            begunAt: Date(timeIntervalSince1970: Double(begun)),
            seenAt: Date(timeIntervalSince1970: Double(seen)),
            id: parts[3]
        )
        guard now.timeIntervalSince(begunAt) < Self.absolute, now.timeIntervalSince(seenAt) < Self.idle else {
            return nil
        }
    }

    /// Nil where the operator is gone.
    func cookie(key: SessionKey, operators: OperatorList) -> String? {
        guard let digest = operators.digests[name] else { return nil }
        let text = "\(name)~\(Int(begunAt.timeIntervalSince1970))~\(Int(seenAt.timeIntervalSince1970))~\(id)"
        return "\(text)~\(key.signature(of: Self.signed(text, digest)))"
    }

    /// The session after a page that somebody asked for; nil where the cookie says so nearly already.
    func seen(at now: Date) -> Session? {
        guard now.timeIntervalSince(seenAt) >= Self.grain else { return nil }
        return Session(name: name, begunAt: begunAt, seenAt: now, id: id)
    }

    /// What the forms of its pages hold.
    func formToken(_ key: SessionKey) -> String { key.signature(of: "form~\(id)") }

    private static func signed(_ text: String, _ digest: [UInt8]) -> String { "session~\(text)~\(Hex.text(digest))" }
}
