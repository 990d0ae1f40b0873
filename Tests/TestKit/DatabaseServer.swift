import FoundationEssentials
import Glibc
public import Postgres

/// The PostgreSQL server that the tests run against, as the environment names it.
public enum DatabaseServer {
    /// The superuser's settings for the database `postgres`.
    public static var configuration: PostgresConfiguration {
        get throws {
            var configuration = try PostgresConfiguration(url: try variable("HABEAS_TEST_PG"))
            // Dozens of databases are made and dropped at once, and sanitizers slow everything down.
            configuration.connectTimeout = .seconds(60)
            return configuration
        }
    }

    /// The port that speaks TLS.
    public static var tlsPort: Int {
        get throws {
            guard let port = Int(try variable("HABEAS_TEST_PG_TLS_PORT")) else {
                throw Missing(name: "HABEAS_TEST_PG_TLS_PORT")
            }
            return port
        }
    }

    /// The file with the certificate that signed the server's.
    public static var authority: String {
        get throws { try variable("HABEAS_TEST_CA") }
    }

    public struct Missing: Error, CustomStringConvertible {
        public let name: String
        public var description: String { "\(name) is not set: run the tests with scripts/test" }
    }

    static func variable(_ name: String) throws -> String {
        guard let value = getenv(name) else { throw Missing(name: name) }
        return String(cString: value)
    }
}
