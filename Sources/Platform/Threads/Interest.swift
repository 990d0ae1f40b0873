import Glibc

/// What a loop waits for on a descriptor. Errors and hang-ups are reported whether asked for or not.
public struct Interest: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    public static let read = Interest(rawValue: 1)
    public static let write = Interest(rawValue: 2)

    var pollEvents: Int16 {
        var events: Int16 = 0
        if contains(.read) { events |= Int16(POLLIN) }
        if contains(.write) { events |= Int16(POLLOUT) }
        return events
    }
}
