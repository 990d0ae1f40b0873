/// A privacy request that a processor has taken in.
struct OpenDSRRequest: Sendable {
    enum Status: String, Sendable {
        case pending
        case inProgress = "in_progress"
        case completed, cancelled
    }

    let id: String
    let version: OpenDSRVersion
    let type: String
    let callbackURLs: [String]
    /// RFC 3339.
    let receivedTime: String
    let expectedCompletionTime: String
    /// Where the sandbox was called, for `results_url`.
    let base: String
    let manner: Manner.OpenDSR
    /// Callbacks are signed wrongly.
    let hasWrongSignature: Bool
    var status = Status.pending

    static let controllerID = "sandbox"

    var hasResults: Bool { status == .completed && type != "erasure" && manner.resultsCount > 0 }
}
