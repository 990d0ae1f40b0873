import HTTPTypes
import Hummingbird
import NIOCore

/// Where all calls arrive and all answers leave: it keeps the peers' books and plays their scripts.
struct Desk: Sendable {
    /// Ends a call by closing its connection without another byte.
    struct Dropped: Error {}

    let peers: Peers
    let scripts: ScriptBook
    let connections: Connections
    /// Bytes of a call's body.
    let bodyLimit: Int

    /// Notes the call and leaves its body unread.
    func open(_ request: Request, _ context: PeerContext, route: String) throws -> Visit {
        let peer = try peers.named(context.parameters.get("name"))
        let connection = connections.of(context.channel)
        connection?.join(peer)
        let call = OpenCall(peer, method: request.method.rawValue, route: route)
        return Visit(peer: peer, call: call, connection: connection, head: request.head, body: [])
    }

    /// Notes the call and reads it.
    func admit(_ request: Request, _ context: PeerContext, route: String) async throws -> Visit {
        var visit = try open(request, context, route: route)
        do {
            let body = try await request.body.collect(upTo: bodyLimit)
            visit.body = Array(body.readableBytesView)
            return visit
        } catch is NIOTooManyBytesError {
            visit.call.end(.answered, status: 413)
            throw HTTPError(.contentTooLarge, message: "the body is longer than \(bodyLimit) bytes; see --body-limit")
        }
    }

    /// How the peer takes the call.
    func play(_ visit: Visit) -> Play {
        visit.peer.play(visit.head.method.rawValue, by: scripts)
    }

    /// Answers a call that no script has a say in.
    func refuse(_ visit: Visit, _ reply: Reply) -> Response {
        visit.call.end(.answered, status: reply.status)
        return reply.response
    }

    /// Lets the peer act, and answers as its script says.
    ///
    /// - Parameters:
    ///   - key: what two equal calls have in common.
    ///   - fault: the answer to a status that the script asks for.
    ///   - act: does what was asked.
    func deliver(
        _ visit: Visit,
        _ play: Play,
        key: String?,
        fault: (Int) throws -> Reply = { Reply($0) },
        act: () throws -> Reply
    ) async throws -> Response {
        do {
            var reply = Reply(200)
            if play.behaviour.acts {
                reply = try act()
                if reply.isSuccess { visit.call.act(on: key) }
            }
            if let status = play.behaviour.status { reply = try scripted(status, play.behaviour, fault) }
            try await wait(visit, play)
            return bring(reply, visit, play.behaviour)
        } catch let error as HTTPError {
            visit.call.end(.answered, status: error.status.code)
            throw error
        }
    }

    private func scripted(_ status: Int, _ behaviour: Behaviour, _ fault: (Int) throws -> Reply) throws -> Reply {
        var reply = try fault(status)
        if let body = behaviour.body { reply.body = Array(body.utf8) }
        if let seconds = behaviour.retryAfter { reply.headers[.retryAfter] = String(seconds) }
        if let location = behaviour.location { reply.headers[.location] = location }
        return reply
    }

    /// The time before the answer, and the answers that never come.
    private func wait(_ visit: Visit, _ play: Play) async throws {
        let isGone: Bool
        if play.behaviour.hang {
            isGone = await visit.connection?.isGone(within: nil) ?? true
        } else if play.delayMilliseconds > 0 {
            isGone = await visit.connection?.isGone(within: .milliseconds(Int64(play.delayMilliseconds))) ?? true
        } else {
            isGone = false
        }
        if isGone {
            visit.call.end(.gone)
            throw Dropped()
        }
        if play.behaviour.close == .beforeAnswer || play.behaviour.close == .midRequest {
            visit.call.end(.closed)
            throw Dropped()
        }
    }

    private func bring(_ reply: Reply, _ visit: Visit, _ behaviour: Behaviour) -> Response {
        if behaviour.close == .midBody { return cut(reply, visit) }
        if let trickle = behaviour.trickle { return drip(reply, visit, trickle) }
        visit.call.end(.answered, status: reply.status)
        return reply.response
    }

    /// Announces more than it sends.
    private func cut(_ reply: Reply, _ visit: Visit) -> Response {
        var reply = Self.withBody(reply, ofAtLeast: 1)
        let sent = ByteBuffer(bytes: reply.body)
        reply.headers[.contentLength] = String(reply.body.count + 64)
        return Response(
            status: .init(code: reply.status),
            headers: reply.headers,
            body: ResponseBody(contentLength: reply.body.count + 64) { [status = reply.status] writer in
                defer { visit.call.end(.cut, status: status) }
                try await writer.write(sent)
                throw Dropped()
            }
        )
    }

    private func drip(_ reply: Reply, _ visit: Visit, _ trickle: Behaviour.Trickle) -> Response {
        let reply = Self.withBody(reply, ofAtLeast: trickle.bytes)
        return Response(
            status: .init(code: reply.status),
            headers: reply.headers,
            body: ResponseBody(contentLength: reply.body.count) { writer in
                var ending = Call.Ending.gone
                defer { visit.call.end(ending, status: reply.status) }
                for byte in reply.body {
                    let pause = TimeAmount.milliseconds(Int64(trickle.everyMilliseconds))
                    guard await visit.connection?.isGone(within: pause) == false else { throw Dropped() }
                    try await writer.write(ByteBuffer(bytes: [byte]))
                }
                try await writer.finish(nil)
                ending = .answered
            }
        )
    }

    /// The reply filled up with blanks, which mean nothing in JSON.
    private static func withBody(_ reply: Reply, ofAtLeast count: Int) -> Reply {
        var reply = reply
        if !reply.mayHaveBody { reply.status = 200 }
        reply.body += [UInt8](repeating: UInt8(ascii: " "), count: max(0, count - reply.body.count))
        return reply
    }
}
