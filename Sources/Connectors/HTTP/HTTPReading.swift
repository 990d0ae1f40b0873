import Fleet
import Foundation
import Outbound
import Rights

/// What a reply says by the description of its call: a pure function of both.
struct HTTPReading: Sendable {
    /// What the call was for.
    enum Role: Sendable, CaseIterable {
        case lookup, call, collect, poll, verify, cancel, alive

        /// Whether something may have changed at the peer by it.
        var acts: Bool { self == .call || self == .cancel }
    }

    /// The longest that a peer may have itself left alone.
    private static let longestPause: Duration = .seconds(86_400)
    private static let referenceLimit = 1_000

    let meaning: HTTPDescription.Meaning
    let status: Int
    /// Whether nothing but the status says so.
    let isByStatus: Bool
    let document: JSONDocument?
    private(set) var pause: Duration?
    private(set) var reference: String?
    private(set) var graceUntil: Date?
    /// False where the reply has a date there that cannot be read: no grace at all would be the wrong answer.
    let isGraceReadable: Bool
    private let isUnexpected: Bool

    /// - Parameter values: what was filled in, for words that depend on it.
    init(
        _ reply: HTTPReply,
        to call: HTTPDescription.Call,
        as role: Role,
        values: [HTTPPlaceholder: String],
        now: Date = Date()
    ) {
        status = reply.status
        let byStatus = Self.meaning(of: reply.status, call, role)
        let (document, fault) = JSONScanner.scan(reply.body, maximumDepth: 64)
        self.document = fault == nil ? document : nil
        var said: HTTPDescription.Meaning?
        var isUnexpected = false
        if let field = call.field, Self.canBeWorded(status) {
            (said, isUnexpected) = Self.worded(self.document, field, call, role, values, isSuccess: reply.isSuccess)
        }
        meaning = said ?? byStatus
        isByStatus = said == nil
        self.isUnexpected = isUnexpected
        if let asked = reply.retryAfter {
            pause = min(asked.delay(from: now), Self.longestPause)
        } else {
            pause = call.retryAfter.map { .seconds($0) }
        }
        reference = Self.reference(reply, self.document, call)
        let grace = call.grace.flatMap { place in fault == nil ? document.text(at: place) : nil }
        let until = grace.flatMap(Self.date)
        isGraceReadable = grace == nil || until != nil
        graceUntil = until
    }

    /// What the attempt amounts to where the reply is a failure.
    var failure: AttemptVerdict {
        if isUnexpected { return .refused("unexpected_reply", status: status) }
        let cause = "http_\(status)"
        guard meaning == .retry else { return .refused(cause, status: status) }
        // What the next call to the same system would meet, too; a person that is locked is not it.
        let blames = status == 401 || status == 403 || status == 408 || status >= 500 || (300..<400).contains(status)
        return .retry(cause, status: status, after: pause, blamesTarget: blames)
    }

    // MARK: Status

    private static func meaning(
        of status: Int,
        _ call: HTTPDescription.Call,
        _ role: Role
    ) -> HTTPDescription.Meaning {
        if let meaning = call.statuses[status] ?? call.statusClasses[status / 100] { return meaning }
        switch status {
        case 200..<300:
            switch role {
            case .call: return status == 202 ? .pending : .done
            case .cancel, .alive: return .done
            case .lookup, .collect, .poll, .verify: return .present
            }
        // That nothing is held there, where its description does not say so, would be a wrong word to the person.
        case 404, 410: return role == .alive || role == .collect ? .refused : .absent
        // Wrong or missing credentials are mended by us, not by another person's case.
        case 401, 403, 408, 409, 423, 425, 429: return .retry
        case 400..<500: return .refused
        default: return .retry
        }
    }

    /// Whether a word of the body can say more than the status does.
    private static func canBeWorded(_ status: Int) -> Bool {
        (200..<300).contains(status) || ((400..<500).contains(status) && ![401, 403, 408, 429].contains(status))
    }

    // MARK: Words

    private static func worded(
        _ document: JSONDocument?,
        _ field: HTTPTemplate,
        _ call: HTTPDescription.Call,
        _ role: Role,
        _ values: [HTTPPlaceholder: String],
        isSuccess: Bool
    ) -> (meaning: HTTPDescription.Meaning?, isUnexpected: Bool) {
        if let place = try? field.filled(values, as: .line), let word = document?.text(at: place) {
            for known in call.words {
                if let text = try? known.text.filled(values, as: .text), text == word { return (known.meaning, false) }
            }
        }
        guard isSuccess else { return (nil, false) }
        if let otherwise = call.otherwise { return (otherwise, false) }
        switch role {
        case .poll: return (.pending, false)
        case .verify: return (.present, false)
        case .lookup, .call, .collect, .cancel, .alive: return (.refused, true)
        }
    }

    private static func reference(
        _ reply: HTTPReply,
        _ document: JSONDocument?,
        _ call: HTTPDescription.Call
    ) -> String? {
        let text =
            call.referenceHeader.flatMap { reply.header($0) } ?? call.reference.flatMap { document?.text(at: $0) }
        guard let text, !text.isEmpty, text.utf8.count <= referenceLimit,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return text
    }

    /// RFC 3339, a day up to its end everywhere, or seconds or milliseconds since 1970.
    private static func date(_ text: String) -> Date? {
        if let time = EventTime.parse(text) { return time }
        if let day = CivilDate(iso: text) { return EventTime.parse("\(day.adding(days: 1))T12:00:00Z") }
        guard let number = Int(text), number > 1_000_000_000 else { return nil }
        return Date(timeIntervalSince1970: number > 100_000_000_000 ? Double(number) / 1_000 : Double(number))
    }
}

extension HTTPReply {
    fileprivate var isSuccess: Bool { (200..<300).contains(status) }
}
