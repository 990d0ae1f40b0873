import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Observability
import Postgres

/// Where every request arrives: what it asks, how large it is, who asks, how often; then it is handed to its route, and whatever comes of
/// that becomes an answer.
struct Reception: Sendable {
    let routes: RouteBook
    let door: TokenDoor
    let bodyBytes: Int
    /// Until an answer begins.
    let patience: Duration
    let metrics: GatewayMetrics
    let logger: Logger

    func answer(_ request: Request) async -> Answer {
        let begun = ContinuousClock.now
        let path = request.head.path.map { $0.prefix { $0 != "?" } } ?? ""
        var name = "none"
        let answer: Answer
        do {
            let (route, id) = try routes.route(request.method, path)
            name = "\(route.method.rawValue) \(route.path.text)"
            let body = route.takesBody ? try await body(of: request) : []
            let head = request.head
            answer = try await TimeLimit.within(patience) {
                let (token, now) = try await door.open(head)
                return try await route.handle(Call(head: head, name: id, token: token, now: now, body: body))
            }
        } catch {
            answer = problem(error, name).answer
        }
        metrics.answered(name, answer.status, after: begun.duration(to: .now))
        return answer
    }

    private func body(of request: Request) async throws -> [UInt8] {
        let media = request.headers[.contentType]?.lowercased().prefix { $0 != ";" && $0 != " " }
        guard media == "application/json" else {
            throw Problem(.unsupportedMediaType, "content-type", "is not application/json", "send one JSON object")
        }
        do {
            if let announced = request.headers[.contentLength].flatMap(Int.init), announced > bodyBytes {
                throw NIOTooManyBytesError(maxBytes: bodyBytes)
            }
            return Array(try await request.body.collect(upTo: bodyBytes).readableBytesView)
        } catch is NIOTooManyBytesError {
            var problem = Problem(
                .tooLarge,
                "body",
                "is longer than \(bodyBytes) bytes",
                "shorten the texts, and refer to what is longer"
            )
            // What is left of it is not worth reading.
            problem.headers[.connection] = "close"
            throw problem
        } catch {
            throw Problem(.malformed, "body", "broke off", "send the whole request again")
        }
    }

    /// What a caller learns of an error. What is ours to mend is logged by its code; neither place has a value in it.
    private func problem(_ error: any Error, _ route: String) -> Problem {
        switch error {
        case let problem as Problem:
            return problem
        case let error as PostgresError where error.retryClass == .outage || error.retryClass == .cancelled:
            return .unavailable("the database is away")
        case let error as PostgresError where error.retryClass == .transaction:
            return .unavailable("the database was busy", after: 1)
        case is TimeLimit.Exceeded, is CancellationError:
            return .unavailable("it took too long")
        default:
            let code = (error as? PostgresError).map { "\($0.code)" } ?? "\(type(of: error))"
            logger.error("a request failed", metadata: .keys([.kind: "\(route)", .code: "\(code)"]))
            return Problem(
                .failed,
                nil,
                "could not answer",
                "tell the processor when this happened, and what was asked"
            )
        }
    }
}
