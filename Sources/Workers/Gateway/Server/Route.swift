import HTTPTypes

/// One thing that a client can ask: a method, a path, and who answers.
struct Route: Sendable {
    /// A path as the papers write it: `/v1/requests/{id}`.
    struct Path: Sendable, Hashable {
        let text: String
        private let segments: [Substring]

        init(_ text: String) {
            self.text = text
            segments = text.split(separator: "/", omittingEmptySubsequences: false)
        }

        /// The value of `{id}`; empty where the path has none, nil where `path` is another one.
        func match(_ path: some StringProtocol) -> String? {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == segments.count else { return nil }
            var found = ""
            for (segment, part) in zip(segments, parts) {
                if segment == "{id}" {
                    guard !part.isEmpty else { return nil }
                    found = String(part)
                } else if segment != part {
                    return nil
                }
            }
            return found
        }
    }

    let method: HTTPRequest.Method
    let path: Path
    let handle: @Sendable (Call) async throws -> Answer

    /// Whether it has a body.
    var takesBody: Bool { method == .post }

    init(_ method: HTTPRequest.Method, _ path: String, _ handle: @escaping @Sendable (Call) async throws -> Answer) {
        self.method = method
        self.path = Path(path)
        self.handle = handle
    }
}
