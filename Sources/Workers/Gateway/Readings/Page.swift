import FoundationEssentials
import Rights

/// Which part of a list is asked for: lists are in the order of their ids, and go on after one of them.
struct Page: Sendable {
    static let parameters: Set<String> = ["after", "limit"]
    static let most = 200

    let after: UUID?
    let limit: Int

    init(_ query: [String: String]) throws(Problem) {
        after = try query["after"].map { text throws(Problem) in
            guard let id = UUID(uuidString: text) else {
                throw Problem(.malformed, "after", "is no id", "give the `next` of the page before")
            }
            return id
        }
        limit =
            try query["limit"].map { text throws(Problem) in
                guard let number = Int(text), (1...Self.most).contains(number) else {
                    throw Problem(
                        .malformed,
                        "limit",
                        "is not a number from 1 to \(Self.most)",
                        "give one, or leave it out"
                    )
                }
                return number
            } ?? 50
    }

    /// The page as it is answered, with the id after which the next one goes on where there is one.
    ///
    /// - Parameters:
    ///   - rows: one more than the limit where there are so many.
    ///   - name: of the list.
    func answer<Row>(
        _ rows: [Row],
        as name: StaticString,
        id: (Row) -> UUID,
        _ write: (inout JSONWriter, Row) -> Void
    ) -> Answer {
        let shown = Array(rows.prefix(limit))
        var writer = JSONWriter(capacity: 4_096)
        writer.object { body in
            body.key(name)
            body.array(shown) { list, row in list.object { write(&$0, row) } }
            body.member("next", rows.count > limit ? shown.last.map(id) : nil)
        }
        return Answer(200, writer.bytes)
    }
}
