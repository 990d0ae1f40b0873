import Postgres
import TestKit
import Testing

@Suite("Hosts and encryption", .database)
struct HostTests {
    @Test func `the first host that answers is taken`() async throws {
        var configuration = try Database.current
        configuration.hosts = [.init(name: "127.0.0.1", port: 1)] + configuration.hosts
        let connection = try await PostgresConnection.connect(configuration)
        #expect(try await connection.query("SELECT 1").count == 1)
        #expect(try await connection.serverVersion >= 150_000)
        await connection.close()
    }

    @Test func `a host that is not writable is passed over when there are several`() async throws {
        var configuration = try Database.current
        configuration.hosts += configuration.hosts
        configuration.keywords["options"] = "-c default_transaction_read_only=on"
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .connectFailed)
        #expect(error?.description.contains("read-only") == true)
    }

    @Test func `all hosts dead are named`() async throws {
        var configuration = try Database.current
        configuration.hosts = [.init(name: "127.0.0.1", port: 1), .init(name: "localhost", port: 2)]
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(configuration) }
        #expect(error?.description.contains("127.0.0.1:1") == true)
        #expect(error?.description.contains("localhost:2") == true)
        #expect(error?.retryClass == .outage)
    }

    @Test func `a wrong password is refused and not shown`() async throws {
        var configuration = try Database.current
        configuration.keywords["password"] = "canary-5511"
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .connectFailed)
        #expect(error.map { String(reflecting: $0).contains("canary-5511") } == false)
    }

    private func encrypted(host: String, authority: String) throws -> PostgresConfiguration {
        var configuration = try Database.current
        configuration.hosts = [.init(name: host, port: try DatabaseServer.tlsPort)]
        configuration.keywords["sslmode"] = "verify-full"
        configuration.keywords["sslrootcert"] = authority
        return configuration
    }

    @Test(arguments: ["localhost", "127.0.0.1"]) func `a certificate for the host is accepted`(host: String)
        async throws
    {
        let configuration = try encrypted(host: host, authority: try DatabaseServer.authority)
        let connection = try await PostgresConnection.connect(configuration)
        #expect(try await connection.isEncrypted)
        let session = try await connection.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").only
        #expect(try session.decode(0, as: Bool.self))
        await connection.close()
    }

    @Test func `a certificate for another host is refused`() async throws {
        var configuration = try encrypted(host: "database.example", authority: try DatabaseServer.authority)
        configuration.keywords["hostaddr"] = "127.0.0.1"
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .connectFailed)
        #expect(error?.description.contains("certificate") == true)
    }

    @Test func `a certificate of an unknown authority is refused`() async throws {
        let configuration = try encrypted(host: "localhost", authority: "/etc/ssl/certs/ca-certificates.crt")
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .connectFailed)
        #expect(error?.description.contains("certificate") == true)
    }

    @Test func `cancelling works through an encrypted connection`() async throws {
        let configuration = try encrypted(host: "localhost", authority: try DatabaseServer.authority)
        let connection = try await PostgresConnection.connect(configuration)
        let process = try await connection.processID
        let task = Task { try await connection.query("SELECT pg_sleep(20)") }
        let observer = try await PostgresConnection.connect(try Database.current)
        let watch: SQL = "SELECT FROM pg_stat_activity WHERE pid = \(Int32(process)) AND wait_event = 'PgSleep'"
        try await poll("the statement runs") { try await !observer.query(watch).isEmpty }
        task.cancel()
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(connection.isUsable)
        await connection.close()
        await observer.close()
    }
}
