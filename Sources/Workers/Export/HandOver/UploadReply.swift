import Fleet
import FoundationEssentials
import Outbound

/// What a receiver's answer says of an upload; nothing else of it is read.
struct UploadReply: Sendable, Hashable {
    /// Where a new upload is.
    enum Place: Sendable, Hashable {
        case unsaid
        /// Somewhere else than the receiver: nobody has approved of that.
        case foreign
        case at(String)
    }

    var status: Int
    var offset: Int?
    var length: Int?
    var place = Place.unsaid
    /// How long the receiver wants to be left alone.
    var pause: Duration?

    /// The longest that a receiver may have itself left alone.
    private static let longestPause: Duration = .seconds(86_400)

    init(_ status: Int, offset: Int? = nil, length: Int? = nil, place: Place = .unsaid, pause: Duration? = nil) {
        self.status = status
        self.offset = offset
        self.length = length
        self.place = place
        self.pause = pause
    }

    /// - Parameter url: where uploads are created: they stay with whoever that is.
    init(_ reply: HTTPReply, from url: String, now: Date = Date()) {
        self.init(
            reply.status,
            offset: Self.number("upload-offset", reply),
            length: Self.number("upload-length", reply),
            place: Self.place(reply.header("location"), WebAddress(url)),
            pause: reply.retryAfter.map { min($0.delay(from: now), Self.longestPause) }
        )
    }

    /// Digits and nothing else; what says nothing that can be understood says nothing.
    private static func number(_ name: String, _ reply: HTTPReply) -> Int? {
        guard let text = reply.header(name), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    /// Whether an address is the receiver's, that creates uploads at `url`.
    static func isOwn(_ address: String, of url: String) -> Bool {
        guard let address = WebAddress(address), let own = WebAddress(url) else { return false }
        return address.origin == own.origin
    }

    private static func place(_ text: String?, _ own: WebAddress?) -> Place {
        guard let text, !text.isEmpty, let own else { return .unsaid }
        let whole = text.hasPrefix("/") && !text.hasPrefix("//") ? own.origin + text : text
        guard let address = WebAddress(whole), address.origin == own.origin, address.user == nil,
            address.password == nil, !address.hasFragment
        else { return .foreign }
        return .at(whole)
    }
}
