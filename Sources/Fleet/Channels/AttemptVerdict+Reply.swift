package import FoundationEssentials
package import Outbound

extension AttemptVerdict {
    /// The longest that a receiver may have itself left alone.
    private static let longestPause: Duration = .seconds(86_400)

    /// What a webhook's receiver has said. Only 2xx is success; a redirect is none, since nobody else is meant.
    ///
    /// 408 and what begins with 3 or 5 would meet the next message too. Other refusals are about this one, or are mended at
    /// the receiver without our doing, a wrong password for instance.
    package static func webhook(_ reply: HTTPReply, now: Date = Date()) -> AttemptVerdict {
        let status = reply.status
        let cause = "http_\(status)"
        func pause() -> Duration? { reply.retryAfter.map { min($0.delay(from: now), longestPause) } }
        switch status {
        case 200..<300: return .done(status: status)
        case 410: return .gone(cause, status: status)
        // It is well and asks for time.
        case 429: return .retry(cause, status: status, after: pause(), blamesTarget: false)
        case 503: return .retry(cause, status: status, after: pause(), blamesTarget: true)
        case 400..<500 where status != 408: return .retry(cause, status: status, blamesTarget: false)
        default: return .retry(cause, status: status, blamesTarget: true)
        }
    }

    /// What the mail relay has said. Nothing but a word about recipient or content is about this mail alone; a refused
    /// sender, login or greeting would meet every other one too.
    package static func mail(_ reply: SMTPReply) -> AttemptVerdict {
        let cause = "smtp_\(reply.code)"
        let isAboutUs = reply.stage == .opening || reply.stage == .login
        return switch reply.verdict {
        case .accepted: .done(status: reply.code)
        case .transient: .retry(cause, status: reply.code, blamesTarget: isAboutUs)
        case .permanent where isAboutUs || reply.stage == .sender:
            .retry(cause, status: reply.code, blamesTarget: true)
        case .permanent: .refused(cause, status: reply.code)
        }
    }

    /// Whether a mail server wants to be asked again before it takes anything from somebody it does not know: greylisting (RFC 6647,
    /// section 2), which answers 450 or 451 to whoever comes first.
    package static func isPuttingOff(_ cause: String?) -> Bool { cause == "smtp_450" || cause == "smtp_451" }
}
