import AMQP
import Foundation
import Outbound
import Testing

@testable import Fleet

@Suite("What came of an attempt")
struct AttemptVerdictTests {
    private static let now = Date(timeIntervalSince1970: 1_790_000_000)

    private static func webhook(_ status: Int, retryAfter: String? = nil) -> AttemptVerdict {
        .webhook(
            HTTPReply(status: status, headers: retryAfter.map { [("Retry-After", $0)] } ?? [], body: []),
            now: now
        )
    }

    @Test("Of a webhook every status has its verdict, and only 2xx is success", arguments: 100..<600)
    func statuses(status: Int) {
        let verdict = Self.webhook(status)
        let wanted: AttemptVerdict.Outcome = status / 100 == 2 ? .done : status == 410 ? .gone : .retry
        #expect(verdict.outcome == wanted)
        #expect(verdict.status == status)
        #expect(verdict.cause == (wanted == .done ? "" : "http_\(status)"))
        let blames = wanted == .retry && (status / 100 != 4 || status == 408)
        #expect(verdict.blamesTarget == blames)
        #expect(verdict.retryAfter == nil)
        #expect(!verdict.mayHaveActed)
    }

    @Test(
        "A receiver that asks for time gets it, a day at most",
        arguments: [
            (429, "120", Duration.seconds(120)), (503, "120", .seconds(120)), (429, "0", .zero),
            (429, "99999999999999999999", .seconds(86_400)), (503, "86401", .seconds(86_400)),
            (503, "Mon, 21 Sep 2026 14:15:20 GMT", .seconds(120)), (503, "Mon, 21 Sep 2020 14:15:20 GMT", .zero),
            (429, "soon", nil), (429, "-1", nil), (500, "120", nil), (302, "120", nil), (404, "120", nil),
            (200, "120", nil),
        ]
    )
    func pauses(status: Int, text: String, pause: Duration?) {
        #expect(Self.webhook(status, retryAfter: text).retryAfter == pause)
    }

    private static let stages: [SMTPReply.Stage] = [.opening, .login, .sender, .recipient, .content]

    @Test(
        "Of a mail every word of the relay has its verdict",
        arguments: [220, 250, 251, 354, 421, 450, 452, 500, 535, 550, 554],
        stages
    )
    func mail(code: Int, stage: SMTPReply.Stage) {
        let verdict = AttemptVerdict.mail(SMTPReply(code: code, stage: stage))
        #expect(verdict.status == code)
        #expect(verdict.cause == (code < 300 ? "" : "smtp_\(code)"))
        let isOurs = stage == .opening || stage == .login
        switch code {
        case ..<300: #expect(verdict.outcome == .done)
        case ..<500:
            #expect(verdict.outcome == .retry)
            #expect(verdict.blamesTarget == isOurs)
        default:
            #expect(verdict.outcome == (isOurs || stage == .sender ? .retry : .refused))
            #expect(verdict.blamesTarget == (isOurs || stage == .sender))
        }
    }

    /// The codes that a file of the project declares, by its source: nobody can forget one here.
    private static func codes(in path: String) throws -> [String] {
        let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let source = try String(contentsOfFile: "\(root)/Sources/\(path)", encoding: .utf8)
        return source.matches(of: /static let \w+ = Code\(rawValue: "(\w+)"\)/).map { String($0.output.1) }
    }

    @Test("Every code of a failed call has a row, and no row is for nothing")
    func failures() throws {
        let codes = try Self.codes(in: "Platform/Outbound/OutboundError.swift")
        #expect(codes.count > 10)
        #expect(Set(codes) == Set(AttemptVerdict.failures.keys.map(\.rawValue)))
    }

    @Test(
        "A failed call is refused, blamed on the target, or ours",
        arguments: [
            (OutboundError.Code.url, AttemptVerdict.Outcome.refused, false), (.plain, .refused, false),
            (.header, .refused, false),
            (.mailbox, .refused, false), (.content, .refused, false), (.login, .retry, true), (.resolve, .retry, true),
            (.connect, .retry, true), (.tls, .retry, true), (.timeout, .retry, true), (.tooLarge, .retry, true),
            (.connectionLost, .retry, true), (.library, .retry, true), (.overloaded, .retry, false),
            (.closed, .retry, false),
            (.init(rawValue: "later"), .retry, true),
        ],
        [false, true]
    )
    func failed(row: (OutboundError.Code, AttemptVerdict.Outcome, Bool), mayHaveActed: Bool) {
        let verdict = AttemptVerdict.failed(OutboundError(row.0, mayHaveActed: mayHaveActed))
        #expect(verdict.outcome == row.1)
        #expect(verdict.blamesTarget == row.2)
        #expect(verdict.cause == row.0.rawValue)
        #expect(verdict.mayHaveActed == (mayHaveActed && row.1 == .retry))
    }

    @Test("A refused address says its range in letters", arguments: AddressRefusal.Range.allCases)
    func addresses(range: AddressRefusal.Range) {
        let verdict = AttemptVerdict.failed(OutboundError(.address, refusal: AddressRefusal(range)))
        #expect(verdict.outcome == .refused)
        #expect(verdict.cause.wholeMatch(of: /address_[a-z_]+/) != nil)
    }

    @Test("The ranges are told apart")
    func ranges() {
        let causes = AddressRefusal.Range.allCases.map {
            AttemptVerdict.failed(OutboundError(.address, refusal: AddressRefusal($0, form: .mapped))).cause
        }
        #expect(Set(causes).count == AddressRefusal.Range.allCases.count)
        #expect(causes.contains("address_private"))
        #expect(causes.contains("address_carrier_grade_nat"))
        #expect(AttemptVerdict.failed(OutboundError(.address)).cause == "address_unknown_kind_of")
    }

    @Test("Every answer of the broker has its verdict, and only its own no is blamed on the client's queue")
    func published() throws {
        #expect(AttemptVerdict.published(.confirmed) == .done())
        #expect(AttemptVerdict.published(.unroutable(code: 312, text: "NO_ROUTE")) == .refused("unroutable"))
        #expect(AttemptVerdict.published(.nacked) == .retry("nacked", blamesTarget: true))
        let codes = try Self.codes(in: "Platform/AMQP/AMQPError.swift")
        #expect(codes.count > 8)
        for code in codes {
            let verdict = AttemptVerdict.published(.unknown(AMQPError.Code(rawValue: code)))
            #expect(verdict.outcome == (code == "invalid_message" ? .refused : .retry))
            #expect(!verdict.blamesTarget)
            #expect(verdict.mayHaveActed == (code != "invalid_message"))
        }
    }
}
