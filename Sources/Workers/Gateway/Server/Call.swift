import Foundation
import HTTPTypes
import Ledger

/// A request that has been let in.
struct Call: Sendable {
    let head: HTTPRequest
    /// Of the path; empty where it has none.
    let name: String
    let token: ClientTokenRecord
    /// Domain time, as the database has it.
    let now: Date
    let body: [UInt8]

    /// The one client whose things it may see.
    var client: String { token.clientID }

    /// What the path names. What is no id names nothing.
    var id: UUID {
        get throws(Problem) {
            guard let id = UUID(uuidString: name) else { throw .notFound }
            return id
        }
    }

    /// The parameters behind the `?`, each once.
    ///
    /// - Parameter known: any other is refused: a filter that is not understood must not be left out.
    func query(_ known: Set<String>) throws(Problem) -> [String: String] {
        guard let path = head.path, let mark = path.firstIndex(of: "?") else { return [:] }
        var values: [String: String] = [:]
        for pair in path[path.index(after: mark)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard known.contains(name), values[name] == nil, parts.count == 2,
                let value = String(parts[1]).removingPercentEncoding
            else {
                throw Problem(
                    .malformed,
                    "query",
                    "has a parameter that is unknown here, comes twice or has no value",
                    "use \(known.sorted().joined(separator: ", ")), each once"
                )
            }
            values[name] = value
        }
        return values
    }
}
