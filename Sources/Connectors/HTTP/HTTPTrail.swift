import Fleet

/// Notices pages that go round in a circle, of whatever length, by the name of one page that was passed (Brent's algorithm): before
/// the circle has been gone through three times, and mostly long before.
struct HTTPTrail: Codable, Equatable {
    /// Pages of one list. Nobody's list is longer; a peer that makes new names up for ever is noticed by it.
    private static let limit = 100_000

    private var mark: String?
    /// Pages from this mark to the next, and those passed since.
    private var span = 1
    private var steps = 0
    private var pages = 0

    /// Goes from one page to the next.
    ///
    /// - Parameter page: the name of the one that was just read; nil for the first.
    mutating func go(from page: String?, to next: String) throws(HTTPObstacle) {
        guard next != page, next != mark else { throw HTTPObstacle(.refused("pagination_loop")) }
        pages += 1
        guard pages < Self.limit else { throw HTTPObstacle(.refused("too_many_pages")) }
        steps += 1
        guard steps == span else { return }
        (mark, span, steps) = (next, span * 2, 0)
    }
}
