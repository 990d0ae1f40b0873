internal import DequeModule

/// Which published messages of one channel the broker has not confirmed.
///
/// Publish numbers of a channel count up from 1. Confirms come in any order, one by one or for all up to a number;
/// a return comes before the confirm of its message and, like all returns, in the order of publishing.
struct ConfirmLedger<Item> {
    private struct Flight {
        let item: Item
        var returned: (code: Int, text: String)?
        var isSettled = false
    }

    enum Verdict: Equatable {
        case confirmed
        case nacked
        case unroutable(code: Int, text: String)
    }

    private var base: UInt64 = 1
    private var flights: Deque<Flight> = []
    /// Number of the message after the one returned last.
    private var returnCursor: UInt64 = 1
    private(set) var count = 0

    mutating func sent(_ item: Item) {
        flights.append(Flight(item: item))
        count += 1
    }

    /// Marks the first unsettled message from the last return on that `matches`.
    /// - Returns: whether there was one.
    mutating func returned(code: Int, text: String, matches: (Item) -> Bool) -> Bool {
        let start = Int(max(returnCursor, base) - base)
        for index in start..<max(start, flights.count) {
            guard !flights[index].isSettled, flights[index].returned == nil, matches(flights[index].item) else {
                continue
            }
            flights[index].returned = (code, text)
            returnCursor = base + UInt64(index) + 1
            return true
        }
        return false
    }

    mutating func confirm(_ tag: UInt64, multiple: Bool, nacked: Bool, _ body: (Item, Verdict) -> Void) {
        if multiple {
            // Number 0 with `multiple` means all.
            while let first = flights.first, tag == 0 || base <= tag {
                if !first.isSettled { settle(first, nacked, body) }
                flights.removeFirst()
                base += 1
            }
        } else {
            guard tag >= base, tag - base < UInt64(flights.count) else { return }
            let index = Int(tag - base)
            guard !flights[index].isSettled else { return }
            flights[index].isSettled = true
            settle(flights[index], nacked, body)
        }
        while let first = flights.first, first.isSettled {
            flights.removeFirst()
            base += 1
        }
    }

    private mutating func settle(_ flight: Flight, _ nacked: Bool, _ body: (Item, Verdict) -> Void) {
        count -= 1
        if let returned = flight.returned {
            body(flight.item, .unroutable(code: returned.code, text: returned.text))
        } else {
            body(flight.item, nacked ? .nacked : .confirmed)
        }
    }

    /// The channel is gone: forgets everything and begins at 1 again.
    /// - Returns: what was unsettled.
    mutating func reset() -> [Item] {
        let items = flights.filter { !$0.isSettled }.map(\.item)
        self = ConfirmLedger()
        return items
    }
}
