public import AMQP
public import Foundation
import FoundationNetworking

/// The private broker of a test run, as the environment describes it.
public struct BrokerServer: Sendable {
    /// `amqp://user:password@host:port/`
    public let url: String
    public let tlsPort: Int
    public let caFile: String
    /// Folder with `rabbitmqctl`, pointed at this broker.
    public let nodeFolder: String
    private let management: URL
    private let user: String
    private let password: String

    public struct Missing: Error, CustomStringConvertible {
        public let variable: String
        public var description: String { "\(variable) is not set: run the tests with scripts/test" }
    }

    public struct Refused: Error, CustomStringConvertible {
        public let status: Int
        public let path: String
        public var description: String { "the management API answered \(status) to \(path)" }
    }

    public init() throws {
        func variable(_ name: String) throws -> String {
            guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
                throw Missing(variable: name)
            }
            return value
        }
        url = try variable("HABEAS_TEST_AMQP")
        tlsPort = Int(try variable("HABEAS_TEST_AMQPS_PORT")) ?? 0
        caFile = try variable("HABEAS_TEST_CA")
        nodeFolder = try variable("HABEAS_TEST_NODE_DIR")
        guard var parts = URLComponents(string: try variable("HABEAS_TEST_MANAGEMENT")) else {
            throw Missing(variable: "HABEAS_TEST_MANAGEMENT")
        }
        user = parts.user ?? ""
        password = parts.password ?? ""
        parts.user = nil
        parts.password = nil
        guard let management = parts.url else { throw Missing(variable: "HABEAS_TEST_MANAGEMENT") }
        self.management = management
    }

    /// The broker administrator's configuration for a virtual host.
    public func configuration(virtualHost: String = "/", name: String = "test") throws -> AMQPConfiguration {
        var configuration = try AMQPConfiguration(url: url)
        configuration.virtualHost = virtualHost
        configuration.connectionName = name
        return configuration
    }

    /// Calls the management API; `path` is already percent-encoded and begins after `/api/`.
    @discardableResult
    public func manage(_ method: String, _ path: String, json: String? = nil) async throws -> Data {
        var request = URLRequest(url: URL(string: "\(management.absoluteString)/api/\(path)")!)
        request.httpMethod = method
        let login = Data("\(user):\(password)".utf8).base64EncodedString()
        request.setValue("Basic \(login)", forHTTPHeaderField: "Authorization")
        if let json {
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(json.utf8)
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard (200..<300).contains(status) else { throw Refused(status: status, path: "\(method) \(path)") }
        return data
    }

    /// Runs the broker's own command line with these arguments.
    public func control(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(nodeFolder)/rabbitmqctl")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Refused(status: Int(process.terminationStatus), path: arguments.joined(separator: " "))
        }
    }
}
