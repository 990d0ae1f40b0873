import FoundationEssentials
import Outbound

/// The broker's management API over HTTP: requests, answers, statuses. What they mean is for ``BrokerAdmin``.
struct ManagementAPI: Sendable {
    private let client: HTTPClient
    private let base: String
    private let login: HTTPCall.BasicAuthentication

    /// - Parameter url: `https://user:password@host:15671`, user and password percent-encoded; a path is kept.
    init(url: String, caFile: String?) throws {
        guard var parts = URLComponents(string: url), ["http", "https"].contains(parts.scheme ?? ""),
            let user = parts.user, let password = parts.password
        else { throw BrokerAdminError.address }
        parts.user = nil
        parts.password = nil
        parts.query = nil
        parts.fragment = nil
        guard let address = parts.string else { throw BrokerAdminError.address }
        base = (address.hasSuffix("/") ? String(address.dropLast()) : address) + "/api"
        login = HTTPCall.BasicAuthentication(user: user, password: password)
        var configuration = HTTPClient.Configuration()
        configuration.caFile = caFile
        configuration.bodyLimit = 64 << 20  // a broker lists every queue of the virtual host at once
        client = try HTTPClient(configuration, name: "broker-admin")
    }

    /// A path made of segments, each percent-encoded.
    static func path(_ segments: String...) -> String {
        segments.map { segment in
            segment.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    String(UnicodeScalar(byte))
                default:
                    "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
                }
            }.joined()
        }.joined(separator: "/")
    }

    /// Decodes the answer; nil when there is no such thing.
    func get<Value: Decodable>(_ path: String, as type: Value.Type, subject: String) async throws -> Value? {
        let reply = try await send(HTTPCall("GET", "\(base)/\(path)", basicAuthentication: login))
        if reply.status == 404 { return nil }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard reply.status == 200, let value = try? decoder.decode(type, from: Data(reply.body)) else {
            throw BrokerAdminError.refused(subject, status: reply.status)
        }
        return value
    }

    /// PUT or POST with a JSON body.
    func write(_ method: String, _ path: String, _ body: some Encodable, subject: String) async throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let reply = try await send(
            HTTPCall(
                method,
                "\(base)/\(path)",
                headers: [("Content-Type", "application/json")],
                body: Array(try encoder.encode(body)),
                basicAuthentication: login
            )
        )
        guard (200..<300).contains(reply.status) else { throw BrokerAdminError.refused(subject, status: reply.status) }
    }

    /// Deletes; gone already is as good.
    func delete(_ path: String, subject: String) async throws {
        let reply = try await send(HTTPCall("DELETE", "\(base)/\(path)", basicAuthentication: login))
        guard (200..<300).contains(reply.status) || reply.status == 404 else {
            throw BrokerAdminError.refused(subject, status: reply.status)
        }
    }

    /// The operator's own broker, at the address that the operator gave.
    private func send(_ call: HTTPCall) async throws -> HTTPReply {
        var call = call
        call.allowing = [.plain, .internalAddress]
        do {
            return try await client.send(call)
        } catch let error as OutboundError {
            throw BrokerAdminError.unreachable(error)
        }
    }
}
