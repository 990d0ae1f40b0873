import Fleet
import Outbound
import Rights

/// Asks a question and turns its pages: who was found, and how many.
struct HTTPSearch: Sendable {
    /// What came of it.
    struct Findings {
        /// What the peer calls those who were found.
        var ids: [String] = []
        /// How much was found.
        var count = 0
        /// Of the last page.
        let reading: HTTPReading
        let body: [UInt8]
    }

    /// More accounts of one person than this are not one person's: the search has found something else.
    static let accountLimit = 20
    private static let pageLimit = 20

    let caller: HTTPCaller

    func run(
        _ call: HTTPDescription.Call,
        _ values: [HTTPPlaceholder: String],
        as role: HTTPReading.Role
    ) async throws(HTTPObstacle) -> Findings {
        var found: Findings?
        var page: String?
        for _ in 0..<Self.pageLimit {
            let reply = try await caller.send(call, values, as: role, page: page)
            let reading = HTTPReading(reply, to: call, as: role, values: values)
            var now = Findings(reading: reading, body: reply.body)
            now.ids = found?.ids ?? []
            now.count = found?.count ?? 0
            if reading.meaning == .retry || reading.meaning == .refused { throw HTTPObstacle(reading.failure) }
            // Where a word or a status has decided, nothing is counted.
            guard reading.meaning == .present, reading.isByStatus else { return now }
            try take(reading, call, values, role, &now)
            found = now
            page = call.next.flatMap { place in reading.document?.text(at: place) }
            guard page != nil else { return now }
        }
        throw HTTPObstacle(.refused("too_many_pages"))
    }

    private func take(
        _ reading: HTTPReading,
        _ call: HTTPDescription.Call,
        _ values: [HTTPPlaceholder: String],
        _ role: HTTPReading.Role,
        _ found: inout Findings
    ) throws(HTTPObstacle) {
        guard call.items != nil || role == .lookup || (call.match ?? "any") != "any" else {
            found.count = 1
            return
        }
        guard let document = reading.document, !document.tape.isEmpty else { throw .badReply(reading.status) }
        var items = [0]
        if let place = call.items {
            // A description that looks in the wrong place would find nobody, ever.
            guard let list = document.values(at: place).first else { throw .badReply(reading.status) }
            switch document.kind(list) {
            case .array: items = document.items(of: list)
            case .null: items = []
            case .object, .string, .number, .true, .false: throw .badReply(reading.status)
            }
        }
        let match = HTTPMatch(call, values)
        for item in items where match.takes(item, of: document) {
            found.count += 1
            guard role == .lookup else { continue }
            guard let id = document.text(at: call.id, from: item), !id.isEmpty, id.utf8.count <= 500 else {
                throw .badReply(reading.status)
            }
            if !found.ids.contains(id) { found.ids.append(id) }
        }
        guard role != .lookup || found.ids.count <= Self.accountLimit else {
            throw HTTPObstacle(.refused("too_many_found"))
        }
    }
}
