public import AMQP
import Foundation
public import Testing

/// A virtual host of a test's own, gone when the test ends.
public struct VirtualHost: Sendable {
    public let name: String
    public let server: BrokerServer

    /// The virtual host of the test that runs: set by the ``Testing/Trait/broker`` trait.
    @TaskLocal public static var current: VirtualHost?

    /// Makes a virtual host, runs `body` and drops it, whatever came of `body`.
    public static func with<Result: Sendable>(
        _ body: @Sendable (VirtualHost) async throws -> Result
    ) async throws -> Result {
        let server = try BrokerServer()
        let host = VirtualHost(name: "t-\(UUID().uuidString.lowercased())", server: server)
        try await server.manage("PUT", "vhosts/\(host.name)")
        do {
            let result = try await body(host)
            try await server.manage("DELETE", "vhosts/\(host.name)")
            return result
        } catch {
            // The test's own error says more than a failure to clean up after it.
            _ = try? await server.manage("DELETE", "vhosts/\(host.name)")
            throw error
        }
    }

    /// `name` is shown by the broker and finds the connection for ``closeConnections(named:)``.
    public func configuration(name: String = "test") throws -> AMQPConfiguration {
        try server.configuration(virtualHost: self.name, name: name)
    }

    public func openChannel() async throws -> AMQPChannel {
        try await AMQPChannel.open(configuration(name: "test-admin"))
    }

    /// Lets the broker close this virtual host's connections of that name, as an operator would. Waits until at least one
    /// is listed: the management API shows a connection a while after it was made.
    @discardableResult
    public func closeConnections(named connection: String) async throws -> Int {
        struct Listed: Decodable {
            struct Properties: Decodable { var connectionName: String? }
            var name: String
            var clientProperties: Properties?
            var userProvidedName: String?
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            let data = try await server.manage("GET", "vhosts/\(name)/connections")
            let found = try decoder.decode([Listed].self, from: data)
                .filter { ($0.userProvidedName ?? $0.clientProperties?.connectionName) == connection }
            for listed in found {
                let path = listed.name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? listed.name
                // Another closing may have come first.
                do {
                    try await server.manage("DELETE", "connections/\(path)")
                } catch let error as BrokerServer.Refused where error.status == 404 {
                    continue
                }
            }
            if !found.isEmpty { return found.count }
            try await Task.sleep(for: .milliseconds(100))
        }
        return 0
    }
}

/// Gives every test of a suite a virtual host of its own, as ``VirtualHost/current``.
public struct BrokerTrait: SuiteTrait, TestTrait, TestScoping {
    public var isRecursive: Bool { true }

    public func scopeProvider(for test: Test, testCase: Test.Case?) -> BrokerTrait? {
        testCase == nil ? nil : self
    }

    public func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        try await VirtualHost.with { host in
            try await VirtualHost.$current.withValue(host) { try await function() }
        }
    }
}

extension Trait where Self == BrokerTrait {
    /// `@Suite(.broker)`: a virtual host per test.
    public static var broker: BrokerTrait { BrokerTrait() }
}
