import DequeModule

/// The requests that a processor knows. Beyond `limit` the oldest are forgotten.
struct OpenDSRRequests: Sendable {
    static let limit = 100_000

    private var requests: [String: OpenDSRRequest] = [:]
    private var order: Deque<String> = []

    subscript(id: String) -> OpenDSRRequest? { requests[id] }

    /// False when the id is known.
    mutating func insert(_ request: OpenDSRRequest) -> Bool {
        guard requests[request.id] == nil else { return false }
        if requests.count == Self.limit, let oldest = order.popFirst() { requests[oldest] = nil }
        requests[request.id] = request
        order.append(request.id)
        return true
    }

    /// Moves the request on, and gives it; nil when it does not stand there any more.
    mutating func move(
        _ id: String,
        from: OpenDSRRequest.Status,
        to status: OpenDSRRequest.Status
    ) -> OpenDSRRequest? {
        guard requests[id]?.status == from else { return nil }
        requests[id]?.status = status
        return requests[id]
    }
}
