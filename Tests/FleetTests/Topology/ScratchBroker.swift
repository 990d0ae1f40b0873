import AMQP
import Foundation

@testable import Fleet

/// A virtual host of one test, made and dropped through the code under test, with users named after it.
struct ScratchBroker {
    let admin: BrokerAdmin
    let name: String
    private let amqp: String

    static var isAvailable: Bool {
        ProcessInfo.processInfo.environment["HABEAS_TEST_MANAGEMENT"] != nil
    }

    /// Runs `body` and drops the virtual host, and the users whose names begin with its own, whatever came of it.
    static func with(_ body: (ScratchBroker) async throws -> Void) async throws {
        let environment = ProcessInfo.processInfo.environment
        let name = "topology-\(UUID().uuidString.lowercased())"
        let broker = ScratchBroker(
            admin: try BrokerAdmin(url: environment["HABEAS_TEST_MANAGEMENT"] ?? "", virtualHost: name),
            name: name,
            amqp: environment["HABEAS_TEST_AMQP"] ?? ""
        )
        try await broker.admin.createVirtualHost()
        do {
            try await body(broker)
        } catch {
            try await broker.drop()
            throw error
        }
        try await broker.drop()
    }

    private func drop() async throws {
        try await admin.deleteVirtualHost()
        for user in try await admin.api.get("users", as: [BrokerState.User].self, subject: "users") ?? []
        where user.name.hasPrefix(name) {
            try await admin.revoke(user: user.name)
        }
    }

    /// A user's name that no other test has.
    func user(_ suffix: String) -> String { "\(name)-\(suffix)" }

    /// A connection as that user, or as the administrator.
    func open(user: String? = nil) async throws -> AMQPChannel {
        try await AMQPChannel.open(configuration(user: user))
    }

    func configuration(user: String? = nil) throws -> AMQPConfiguration {
        var configuration = try AMQPConfiguration(url: amqp)
        configuration.virtualHost = name
        if let user {
            configuration.user = user
            configuration.password = "pw"
        }
        return configuration
    }

    func delete(_ path: String...) async throws {
        try await admin.api.delete(path.map { ManagementAPI.path($0) }.joined(separator: "/"), subject: "test")
    }

    func write(_ method: String, _ path: [String], _ body: some Encodable) async throws {
        try await admin.api.write(
            method,
            path.map { ManagementAPI.path($0) }.joined(separator: "/"),
            body,
            subject: "test"
        )
    }
}
