import ArgumentParser
import FoundationEssentials
import Rights

/// How a person says until when a token opens anything: a time, or so many days from now.
enum TokenExpiry: ExpressibleByArgument, Equatable {
    case at(Date)
    case days(Int)

    init?(argument: String) {
        if let match = argument.wholeMatch(of: /([0-9]{1,4})d/), let days = Int(match.1), days > 0 {
            self = .days(days)
        } else if let time = EventTime.parse(argument) {
            self = .at(time)
        } else {
            return nil
        }
    }

    func date(from now: Date) -> Date {
        switch self {
        case .at(let time): time
        case .days(let days): now.addingTimeInterval(Double(days) * 86_400)
        }
    }
}
