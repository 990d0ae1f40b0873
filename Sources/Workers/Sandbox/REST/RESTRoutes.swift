import Foundation
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// The door for a product's users: `/rest/{name}/users`, `/users/{id}`, `/users/{id}/{list}`, `/deleted_users/{id}` and `/jobs/{id}`.
struct RESTRoutes: Sendable {
    private struct User: Encodable {
        let id: String
        let fields: JSONValue
        let deleteAfter: String?
    }

    private struct Page: Encodable {
        let users: [User]
        let count: Int
        let next: String?
    }

    /// Of a list of one user's.
    private struct Records: Encodable {
        let records: [JSONValue]
        let count: Int
        let hasMore: Bool
        let cursor: String?
        let next: String?
    }

    private struct Job: Encodable {
        let id: String
        let status: String
        let url: String
    }

    private static let idempotencyKey = HTTPField.Name("Idempotency-Key")
    private static let link = HTTPField.Name("Link")

    let desk: Desk

    func add(to router: Router<PeerContext>) {
        let group = router.group("rest/:name")
        group.put("users/:id", use: put)
        group.get("users", use: find)
        group.get("users/:id") { try await get($0, $1, isSoftlyDeleted: false) }
        group.get("users/:id/:list", use: list)
        group.get("deleted_users/:id") { try await get($0, $1, isSoftlyDeleted: true) }
        group.patch("users/:id", use: patch)
        group.delete("users/:id") { try await delete($0, $1, isSoftlyDeleted: false) }
        group.delete("deleted_users/:id") { try await delete($0, $1, isSoftlyDeleted: true) }
        group.get("jobs/:id", use: job)
    }

    /// The hand of whoever runs the test: neither scripted nor counted.
    @Sendable private func put(_ request: Request, _ context: PeerContext) async throws -> Response {
        let peer = try desk.peers.named(context.parameters.get("name"))
        let body = try await request.body.collect(upTo: desk.bodyLimit)
        guard let fields = Self.object(Array(body.readableBytesView)) else {
            throw HTTPError(.badRequest, message: "the body is no JSON object; write the user's fields")
        }
        guard peer.records.withLock({ $0.put(id(context), fields) }) else {
            throw HTTPError(
                .init(code: 507),
                message: "a peer keeps at most \(RESTRecords.limit) users; delete some, or use another name"
            )
        }
        return Response(status: .noContent)
    }

    private func get(_ request: Request, _ context: PeerContext, isSoftlyDeleted: Bool) async throws -> Response {
        let route = isSoftlyDeleted ? "/rest/deleted_users" : "/rest/users"
        return try await serve(request, context, route: route) { visit, _ in
            let record = visit.peer.records.withLock {
                $0.get(id(context), isSoftlyDeleted: isSoftlyDeleted, now: Moment.now())
            }
            return try reply(record, context)
        }
    }

    /// `?email=ann`: users who have that in that field, a page at a time.
    @Sendable private func find(_ request: Request, _ context: PeerContext) async throws -> Response {
        try await serve(request, context, route: "/rest/users") { visit, play in
            let query = request.uri.queryParameters
            guard
                let (field, text) = query.first(where: { $0.key != "page" }).map({ (String($0.key), String($0.value)) })
            else { return try Reply(400, saying: "nothing to search for; write ?FIELD=TEXT") }
            let page = max(1, query["page"].flatMap { Int($0) } ?? 1)
            let size = play.manner.rest.pageSize
            let (ids, users) = visit.peer.records.withLock { records in
                let ids = records.find(field, holding: text, now: Moment.now())
                let users = ids.dropFirst((page - 1) * size).prefix(size).compactMap { id in
                    records.get(id, now: Moment.now()).map {
                        User(id: id, fields: $0.fields, deleteAfter: $0.until.map(Self.time))
                    }
                }
                return (ids, Array(users))
            }
            let isLast = page * size >= ids.count
            let words = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let next = "/rest/\(visit.peer.name)/users?\(field)=\(words)&page=\(page + 1)"
            return try Reply(200, json: Page(users: users, count: ids.count, next: isLast ? nil : next))
        }
    }

    /// What is in a field of a user's that holds a list, a page at a time. Where the next one is it says in three ways, as products
    /// do: by its path, by a cursor for `?cursor=`, and by the header `Link`.
    @Sendable private func list(_ request: Request, _ context: PeerContext) async throws -> Response {
        try await serve(request, context, route: "/rest/users/list") { visit, play in
            let field = context.parameters.get("list") ?? ""
            let user = visit.peer.records.withLock { $0.get(id(context), now: Moment.now()) }
            guard case .object(let fields)? = user?.fields, case .list(let records)? = fields[field] else {
                return try Reply(404, saying: "no such list")
            }
            let start = request.uri.queryParameters["cursor"].flatMap { Int($0) }.map { max(0, $0) } ?? 0
            let end = start + play.manner.rest.pageSize
            let hasMore = end < records.count
            let next = hasMore ? "/rest/\(visit.peer.name)/users/\(id(context))/\(field)?cursor=\(end)" : nil
            var reply = try Reply(
                200,
                json: Records(
                    records: Array(records.dropFirst(start).prefix(play.manner.rest.pageSize)),
                    count: records.count,
                    hasMore: hasMore,
                    cursor: hasMore ? String(end) : nil,
                    next: next
                )
            )
            let origin = "http://\(visit.head.authority ?? "127.0.0.1")"
            if let next, let name = Self.link { reply.headers[name] = "<\(origin)\(next)>; rel=\"next\"" }
            return reply
        }
    }

    @Sendable private func patch(_ request: Request, _ context: PeerContext) async throws -> Response {
        try await serve(request, context, route: "/rest/users") { visit, play in
            guard let patch = Self.object(visit.body) else {
                return try Reply(400, saying: "the body is no JSON object")
            }
            if play.manner.rest.locked, visit.peer.records.withLock({ $0.get(id(context), now: Moment.now()) }) != nil {
                return try locked()
            }
            return try reply(
                visit.peer.records.withLock { $0.patch(id(context), with: patch, now: Moment.now()) },
                context
            )
        }
    }

    private func delete(_ request: Request, _ context: PeerContext, isSoftlyDeleted: Bool) async throws -> Response {
        let route = isSoftlyDeleted ? "/rest/deleted_users" : "/rest/users"
        return try await serve(request, context, route: route) { visit, play in
            let deletion = visit.peer.records.withLock {
                $0.delete(id(context), isSoftlyDeleted: isSoftlyDeleted, play.manner.rest, now: Moment.now())
            }
            switch deletion {
            case .absent: return try Reply(404, saying: "no such user")
            case .locked: return try locked()
            case .gone: return Reply(204)
            case .soft: return try Reply(200, json: ["status": "soft_deleted"])
            case .grace(let until): return try Reply(202, json: ["delete_after": Self.time(until)])
            case .job(let id):
                let url = "http://\(visit.head.authority ?? "127.0.0.1")/rest/\(visit.peer.name)/jobs/\(id)"
                var reply = try Reply(202, json: ["job": Job(id: String(id), status: "queued", url: url)])
                reply.headers[.location] = url
                return reply
            }
        }
    }

    @Sendable private func job(_ request: Request, _ context: PeerContext) async throws -> Response {
        try await serve(request, context, route: "/rest/jobs") { visit, _ in
            guard let number = Int(id(context)),
                let isDone = visit.peer.records.withLock({ $0.isDone(job: number, now: Moment.now()) })
            else { return try Reply(404, saying: "no such job") }
            let url = "http://\(visit.head.authority ?? "127.0.0.1")/rest/\(visit.peer.name)/jobs/\(number)"
            let status = isDone ? "completed" : "working"
            return try Reply(200, json: ["job": Job(id: String(number), status: status, url: url)])
        }
    }

    private func serve(
        _ request: Request,
        _ context: PeerContext,
        route: String,
        act: (Visit, Play) throws -> Reply
    ) async throws -> Response {
        let visit = try await desk.admit(request, context, route: route)
        let key = Self.idempotencyKey.flatMap { visit.head.headerFields[$0] }
        visit.call.note(PeerBook.Content(key: key, body: visit.body))
        let play = desk.play(visit)
        return try await desk.deliver(visit, play, key: key) { status in
            try Reply(status, saying: HTTPResponse.Status(code: status).reasonPhrase)
        } act: {
            try act(visit, play)
        }
    }

    private func reply(_ record: RESTRecords.Record?, _ context: PeerContext) throws -> Reply {
        guard let record else { return try Reply(404, saying: "no such user") }
        return try Reply(
            200,
            json: User(id: id(context), fields: record.fields, deleteAfter: record.until.map(Self.time))
        )
    }

    private func locked() throws -> Reply { try Reply(423, saying: "the user is locked") }

    private func id(_ context: PeerContext) -> String { context.parameters.get("id") ?? "" }

    private static func object(_ body: [UInt8]) -> JSONValue? {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(body)), case .object = value else {
            return nil
        }
        return value
    }

    private static func time(_ microseconds: Int) -> String {
        Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
