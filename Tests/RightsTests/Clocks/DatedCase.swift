import Foundation
import Rights
import Testing

/// One dated case of the clock engine: what was received where and when, and its last day as a person worked it out.
///
/// Times are written as `2026-01-30` (ten o'clock there), `2026-01-30 23:59` (there) or `2026-01-30T22:59:00Z`. Ends
/// are written as a day, which means its last second there, or as an instant.
struct DatedCase: Sendable, CustomTestStringConvertible {
    let rule: ClockRule
    let code: String
    let received: String
    /// Nil where the clock stands still or has not begun.
    let due: String?
    let why: String
    private var zone: String?
    private var state = ClockReading.State.running
    private var waits: [Wait] = []
    private var isExtended = false
    private var isProvisional = false
    private var firstDue: String?
    private var notice: Notice = .unsaid

    private struct Wait: Sendable {
        let reason: PauseReason
        let from: String
        let to: String?
        let isGrounded: Bool
    }

    private enum Notice: Sendable {
        case unsaid
        case none
        case until(String)
    }

    init(_ rule: ClockRule, _ code: String, _ received: String, _ due: String?, _ why: String) {
        self.rule = rule
        self.code = code
        self.received = received
        self.due = due
        self.why = why
    }

    var testDescription: String { "\(rule.id) \(code) \(received): \(why)" }

    // MARK: What else is true of it

    /// In a zone that is not the place's usual one, or at a place that no data is committed for.
    func at(_ zone: String) -> DatedCase { with { $0.zone = zone } }

    func waiting(_ reason: PauseReason, _ from: String, _ to: String?, isGrounded: Bool = true) -> DatedCase {
        with { $0.waits.append(Wait(reason: reason, from: from, to: to, isGrounded: isGrounded)) }
    }

    /// The person was told of the extension; `first` is where it would have ended without.
    func extended(first: String? = nil) -> DatedCase {
        with {
            $0.isExtended = true
            $0.firstDue = first
        }
    }

    /// Until when the person must have been told of an extension.
    func notice(_ day: String) -> DatedCase { with { $0.notice = .until(day) } }

    func withoutNotice() -> DatedCase { with { $0.notice = .none } }

    func standing(_ state: ClockReading.State) -> DatedCase { with { $0.state = state } }

    func provisional() -> DatedCase { with { $0.isProvisional = true } }

    private func with(_ change: (inout DatedCase) -> Void) -> DatedCase {
        var copy = self
        change(&copy)
        return copy
    }

    // MARK: The check

    func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let atlas = try HolidayAtlas.committed()
        let zone = try #require(TimeZone(identifier: zone ?? atlas.entry(code)?.zone ?? ""), "\(code) has no zone")
        let reading = rule.read(
            from: try time(received, in: zone),
            at: Place(country: code, zone: zone),
            atlas: atlas,
            pauses: try waits.map { wait in
                Pause(
                    wait.reason,
                    from: try time(wait.from, in: zone),
                    to: try wait.to.map { try time($0, in: zone) },
                    isGrounded: wait.isGrounded
                )
            },
            isExtended: isExtended
        )
        func same(_ got: Date?, _ wanted: String?, _ what: Comment) throws {
            let wanted = try wanted.map { try end($0, in: zone) }
            #expect(got?.ISO8601Format() == wanted?.ISO8601Format(), what, sourceLocation: sourceLocation)
        }
        #expect(reading.state == state, sourceLocation: sourceLocation)
        try same(reading.due, due, "the end")
        if let firstDue { try same(reading.firstDue, firstDue, "the end without an extension") }
        if !isExtended { try same(reading.firstDue, due, "the end without an extension") }
        switch notice {
        case .unsaid: break
        case .none: try same(reading.noticeDue, nil, "the limit of the notice")
        case .until(let day): try same(reading.noticeDue, day, "the limit of the notice")
        }
        #expect(reading.isProvisional == isProvisional, sourceLocation: sourceLocation)
        #expect(reading.isExtended == (isExtended && rule.extended != nil), sourceLocation: sourceLocation)
    }

    /// Foundation's calendar says when that is, not the code under test.
    private func time(_ text: String, in zone: TimeZone) throws -> Date {
        if text.hasSuffix("Z") { return try instant(text) }
        let words = text.split(separator: " ")
        let clock = words.count > 1 ? words[1].split(separator: ":").compactMap { Int($0) } : [10, 0]
        return try time(day(String(words[0])), clock[0], clock[1], in: zone)
    }

    private func end(_ text: String, in zone: TimeZone) throws -> Date {
        if text.hasSuffix("Z") { return try instant(text) }
        return try time(day(text).adding(days: 1), 0, 0, in: zone).addingTimeInterval(-1)
    }

    private func time(_ day: CivilDate, _ hour: Int, _ minute: Int, in zone: TimeZone) throws -> Date {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = DateComponents(year: day.year, month: day.month, day: day.day, hour: hour, minute: minute)
        return try #require(calendar.date(from: parts))
    }
}

/// The rules that the dated cases are about, under short names.
extension ClockRule {
    static let gdpr = respond(under: .gdpr, right: .access)
    static let gdprErasure = respond(under: .gdpr, right: .erasure)
    static let uk = respond(under: .ukGDPR, right: .access)
    static let ukErasure = respond(under: .ukGDPR, right: .erasure)
    static let fadp = respond(under: .fadp, right: .access)
    static let ccpa = respond(under: .ccpa, right: .access)
    static let optOut = respond(under: .ccpa, right: .optOut)
    static let limitSensitive = respond(under: .ccpa, right: .limitSensitive)
    static let disclosures = respond(under: .ccpa, right: .disclosureList)
    static let hipaa = respond(under: .hipaa, right: .access)
    static let hipaaAmend = respond(under: .hipaa, right: .rectification)
    static let lgpd = respond(under: .lgpd, right: .access)
    static let other = respond(under: .other, right: .access)
    /// C2: the vendor's own promise, which pauses as the GDPR's month does.
    static let own = ClockRule(
        "customer360.respond",
        .respond,
        Period(30, .businessDay),
        source: "Customer360, C2",
        "Queries are answered within 30 business days.",
        regulation: .gdpr,
        right: .access
    )
    static let refer = standard(.refer)
    static let review = standard(.review)
    static let reminder = standard(.clientReminder)
    static let fanOut = standard(.fanOut)
    static let notify = standard(.notifyClients)
    static let minor = standard(.minorErasure)
    static let purge = standard(.instructedErasure)
    static let endOfContract = standard(.endOfContract)
    static let retention = standard(.retention)

    private static func standard(_ key: ClockKey) -> ClockRule {
        guard let rule = key.standard else { preconditionFailure("\(key) has no default") }
        return rule
    }
}
