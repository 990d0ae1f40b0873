import Crypto
import Fleet
import FoundationEssentials
import Outbound
import Rights

/// Makes the calls of one order, with its credentials, within its time.
struct HTTPCaller: Sendable {
    private static let replyLimit = 1 << 20
    /// Calls' worth of time that one errand may take.
    static let callsInTime = 3

    let order: TargetOrder
    let description: HTTPDescription
    let services: ConnectorServices
    /// After which no call begins.
    private let lastStart: ContinuousClock.Instant

    init(_ order: TargetOrder, _ description: HTTPDescription, _ services: ConnectorServices) {
        self.order = order
        self.description = description
        self.services = services
        lastStart = .now + services.timeout * (Self.callsInTime - 1)
    }

    /// Of the place that comes first among those whom a call could name, and what else is the same for all calls.
    var values: [HTTPPlaceholder: String] {
        var values: [HTTPPlaceholder: String] = [.key: order.key.lowercaseText]
        if let client = order.client?.id { values[.client] = description.clients[client] ?? client }
        for identity in order.identities.reversed() { values[.known(identity.type)] = identity.value }
        return values
    }

    /// - Parameters:
    ///   - key: by which the peer knows a repetition; nil for calls that change nothing.
    ///   - page: the address of a further page, as the peer gave it.
    ///   - limit: bytes of the reply.
    func send(
        _ call: HTTPDescription.Call,
        _ values: [HTTPPlaceholder: String],
        as role: HTTPReading.Role,
        key: UUID? = nil,
        page: String? = nil,
        limit: Int = Self.replyLimit
    ) async throws(HTTPObstacle) -> HTTPReply {
        guard ContinuousClock.now < lastStart else { throw .outOfTime }
        do {
            var made = try made(call, values, key: key, page: page)
            made.bodyLimit = limit
            return try await services.http.send(made)
        } catch let obstacle as HTTPObstacle {
            throw obstacle
        } catch let error as OutboundError {
            // A question changes nothing, whether it arrived or not.
            throw HTTPObstacle(.failed(role.acts ? error : OutboundError(error.code, refusal: error.refusal)))
        } catch let error as SecretError {
            // The operator's to mend; until then no call to this system can be made.
            throw HTTPObstacle(.retry(error.code.rawValue, blamesTarget: true))
        } catch HTTPTemplateFault.missing {
            throw HTTPObstacle(.refused("no_identity"))
        } catch is HTTPTemplateFault {
            throw HTTPObstacle(.refused("unsafe_value"))
        } catch {
            // Its worker is ending.
            throw HTTPObstacle(.retry(AttemptVerdict.notBegun, blamesTarget: false, mayHaveActed: role.acts))
        }
    }

    private func made(
        _ call: HTTPDescription.Call,
        _ values: [HTTPPlaceholder: String],
        key: UUID?,
        page: String?
    ) throws -> HTTPCall {
        var headers: [(name: String, value: String)] = [("accept", "application/json")]
        for header in description.headers + call.headers {
            headers.removeAll { $0.name.lowercased() == header.name.lowercased() }
            headers.append((header.name, try header.value.filled(values, as: .line)))
        }
        var body: [UInt8]?
        switch call.body {
        case .json(let template):
            headers.append(("content-type", "application/json"))
            body = Array(try template.filled(values, as: .json).utf8)
        case .form(let template):
            headers.append(("content-type", "application/x-www-form-urlencoded"))
            body = Array(try template.filled(values, as: .form).utf8)
        case nil: break
        }
        if let name = description.keyHeader, let key { headers.append((name, key.lowercaseText)) }
        var made = HTTPCall(
            call.method,
            try page.map { try own($0) } ?? url(call, values),
            body: body,
            allowing: order.system.isInternal ? [.internalAddress, .plain] : [],
            timeout: services.timeout
        )
        // Without a key a peer cannot know a repetition, not even the library's own.
        made.usesFreshConnection = key != nil && description.keyHeader == nil
        made.headers = headers
        try made.logIn(description.authentication, secrets: services.secrets)
        return made
    }

    private func url(_ call: HTTPDescription.Call, _ values: [HTTPPlaceholder: String]) throws -> String {
        guard call.path.pieces == [.place(.reference)] else {
            let path = values[.cursor] == nil ? call.path.firstPage ?? call.path : call.path
            return description.url + (try path.filled(values, as: .path))
        }
        guard let reference = values[.reference] else { throw HTTPObstacle(.refused("no_reference")) }
        return try own(reference)
    }

    /// An address that the peer gave, if it is its own: credentials go nowhere else.
    private func own(_ text: String) throws -> String {
        guard let system = WebAddress(description.url) else { throw OutboundError(.url) }
        if text.hasPrefix("/"), !text.hasPrefix("//") { return system.origin + text }
        guard let address = WebAddress(text), address.origin == system.origin, address.user == nil else {
            throw HTTPObstacle(.refused("foreign_address"))
        }
        return text
    }

    /// The key of one call of the order: its own where there is but one, otherwise one that follows from it, from the account
    /// and from the call, so that it is the same at every attempt and no other call has it.
    func key(_ parts: [String]) -> UUID {
        guard parts.contains(where: { !$0.isEmpty }) else { return order.key }
        var hash = SHA256()
        hash.update(data: Array(order.key.lowercaseText.utf8))
        for part in parts {
            hash.update(data: [0])
            hash.update(data: Array(part.utf8))
        }
        var bytes = Array(hash.finalize().prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return UUID(
            uuid: (
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9],
                bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
            )
        )
    }
}
