import Crypto
import FoundationEssentials

/// The topology as the broker's own definitions file, in an order that never changes.
package struct BrokerDefinitions: Sendable, Encodable {
    struct Exchange: Encodable, Sendable {
        let name, vhost, type: String
        let durable = true
        let autoDelete = false
        let `internal`: Bool
        let arguments: [String: ArgumentValue]

        enum CodingKeys: String, CodingKey {
            case name, vhost, type, durable
            case autoDelete = "auto_delete"
            case `internal`, arguments
        }
    }

    struct Queue: Encodable, Sendable {
        let name, vhost: String
        let durable = true
        let autoDelete = false
        let arguments: [String: ArgumentValue]

        enum CodingKeys: String, CodingKey {
            case name, vhost, durable
            case autoDelete = "auto_delete"
            case arguments
        }
    }

    struct Binding: Encodable, Sendable {
        let source, vhost, destination: String
        let destinationType = "queue"
        let routingKey: String
        let arguments: [String: ArgumentValue] = [:]

        enum CodingKeys: String, CodingKey {
            case source, vhost, destination
            case destinationType = "destination_type"
            case routingKey = "routing_key"
            case arguments
        }
    }

    struct User: Encodable, Sendable {
        let name: String
        /// No password opens the login until one is set.
        let passwordHash = ""
        let tags: [String] = []

        enum CodingKeys: String, CodingKey {
            case name
            case passwordHash = "password_hash"
            case tags
        }
    }

    struct Permission: Encodable, Sendable {
        let user, vhost, configure, write, read: String
    }

    let users: [User]?
    let permissions: [Permission]?
    let exchanges: [Exchange]
    let queues: [Queue]
    let bindings: [Binding]

    /// - Parameter includingUsers: the workers' logins too, without passwords: an import takes away those they have.
    package init(_ topology: Topology, virtualHost: String, includingUsers: Bool) {
        exchanges = topology.exchanges.map {
            Exchange(
                name: $0.name,
                vhost: virtualHost,
                type: $0.kind.rawValue,
                internal: $0.isInternal,
                arguments: $0.arguments
            )
        }
        queues = topology.queues.map { Queue(name: $0.name, vhost: virtualHost, arguments: $0.arguments) }
        bindings = topology.bindings.sorted().map {
            Binding(source: $0.exchange, vhost: virtualHost, destination: $0.queue, routingKey: $0.key)
        }
        users = includingUsers ? topology.users.map { User(name: $0.name) } : nil
        permissions =
            includingUsers
            ? topology.users.map {
                Permission(
                    user: $0.name,
                    vhost: virtualHost,
                    configure: $0.configurePattern,
                    write: $0.writePattern,
                    read: $0.readPattern
                )
            } : nil
    }

    /// The file's text.
    package func json(pretty: Bool = true) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension Topology {
    /// SHA-256 over the canonical definitions, in lower-case hexadecimal: the same for every virtual host, different for
    /// every change of an exchange, queue, binding or permission. `apply` records it, workers compare it at start.
    package func digest() throws -> String {
        let text = try BrokerDefinitions(self, virtualHost: "/", includingUsers: true).json(pretty: false)
        return SHA256.hash(data: Data(text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
