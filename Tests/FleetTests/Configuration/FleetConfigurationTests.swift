import Foundation
import Testing

@testable import Fleet

struct FleetConfigurationTests {
    /// Loads with `yaml` as the file that was asked for.
    private func load(
        _ yaml: String = "",
        environment: [String: String] = [:],
        flags: [String: String] = [:]
    ) throws -> FleetConfiguration {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "habeas.yaml")
        try Data(yaml.utf8).write(to: file)
        try Data("postgresql://u:from-file@db/x\n".utf8).write(to: folder.appending(path: "secret"))
        try Data("one\ntwo\n".utf8).write(to: folder.appending(path: "lines"))
        let text = yaml.replacing("$FOLDER", with: folder.path)
        try Data(text.utf8).write(to: file)
        return try FleetConfiguration.load(path: file.path, environment: environment, flags: flags)
    }

    private func fault(
        _ yaml: String = "",
        environment: [String: String] = [:],
        flags: [String: String] = [:]
    ) -> ConfigurationError? {
        #expect(throws: ConfigurationError.self) { try load(yaml, environment: environment, flags: flags) }
    }

    @Test("Without any source every key has its default")
    func defaults() throws {
        let configuration = try FleetConfiguration.load(environment: [:])
        #expect(configuration.installation == "habeas")
        #expect(configuration.databasePool == 4)
        #expect(configuration.heartbeat == .seconds(10))
        #expect(configuration.batch == .init(count: 200, bytes: 4 << 20, linger: .milliseconds(5)))
        #expect(configuration.lanes == 2)
        #expect(configuration.prefetch == 800)
        #expect(configuration.drain == .seconds(20))
        #expect(configuration.probes == .init(host: "127.0.0.1", port: nil))
        #expect(configuration.probes.port(of: "habeas-clock") == 9415)
        #expect(configuration.logLevel == "info")
        #expect(configuration.value(.databaseURL) == nil)
    }

    @Test("Flags win over the environment, and that over the file")
    func precedence() throws {
        let yaml = "lanes: 3\nbatch:\n  count: 30\n  linger_ms: 3\nlog: {level: debug}\nprobes:\n"
        let configuration = try load(
            yaml,
            environment: ["HABEAS_BATCH_COUNT": "40", "HABEAS_BATCH_LINGER_MS": "4"],
            flags: ["batch.linger_ms": "0", "probes.port": "0"]
        )
        #expect(configuration.batch == .init(count: 40, bytes: 4 << 20, linger: .zero))
        #expect(configuration.logLevel == "debug")
        #expect(configuration.prefetch == 240)
        #expect(configuration.probes.port(of: "habeas-intake") == 0)
    }

    @Test("An unknown key is named with its line and the key that was likely meant")
    func unknownKey() throws {
        let error = try #require(fault("lanes: 2\ndatabase:\n  pool: 3\n  pol: 4\n"))
        #expect(error.code == .unknownKey)
        #expect(error.key == "database.pol")
        #expect(error.place?.hasSuffix("habeas.yaml line 4") == true)
        #expect(error.remedy.contains("database.pool"))
        #expect(fault("databse:\n  url: x\n")?.remedy.contains("database.url") == true)
        #expect(fault("data:\n  x: y\n")?.key == "data")
        #expect(
            fault(environment: ["HABEAS_AMQP_HEARTBEAT": "3"])?.remedy.contains("HABEAS_AMQP_HEARTBEAT_SECONDS") == true
        )
        #expect(fault(flags: ["lane": "3"])?.remedy.contains("--lanes") == true)
        #expect(throws: Never.self) { try load(environment: ["HABEAS_TEST_PG": "x", "HOME": "/"]) }
    }

    @Test(
        "A value that does not fit is refused by key, place, fault and remedy",
        arguments: [
            ("lanes", "0"), ("lanes", "two"), ("lanes", "2.0"), ("lanes", "99999999999999999999"), ("batch.bytes", "1"),
            ("log.level", "loud"), ("probes.port", "65536"), ("probes.port", "-1"), ("installation", "Über"),
            ("installation", ""), ("drain_seconds", "0"),
        ]
    )
    func values(key: String, value: String) throws {
        let error = try #require(fault(flags: [key: value]))
        #expect(error.code == .value)
        #expect(error.key == key)
        #expect(error.place == "--\(key)")
        #expect(value.isEmpty || value.count < 3 || !error.description.contains(value))
    }

    @Test(
        "A file of the wrong shape is refused with its line, never quoted",
        arguments: [
            ("lanes: [canary]", "line 1"), ("lanes: 2\nlanes: 3", "says a key twice"), ("a: canary\n b: c", "line"),
            ("- canary", "line 1"),
            ("database: canary", "line 1"), ("lanes:", "line 1"), ("batch.count: 1\nbatch: {count: 2}", "line 2"),
            ("x: \"canary", "line"),
        ]
    )
    func shape(yaml: String, place: String) throws {
        let error = try #require(fault(yaml))
        #expect([.syntax, .unknownKey].contains(error.code))
        #expect(error.description.contains(place))
        #expect(!error.description.contains("canary"))
    }

    @Test("Secrets come from files or the environment, and are never printed")
    func secrets() throws {
        let byFile = try load("database:\n  url: file:$FOLDER/secret\n")
        #expect(try byFile.required(.databaseURL) == "postgresql://u:from-file@db/x")
        #expect(!"\(byFile)".contains("from-file"))
        let byEnvironment = try load(environment: ["HABEAS_AMQP_URL": "amqp://u:pw@h1,h2/"])
        #expect(byEnvironment.value(.amqpURL) == "amqp://u:pw@h1,h2/")
        #expect(try load("database: {url: 'postgresql:///habeas?host=/run'}").value(.databaseURL) != nil)
    }

    @Test(
        "A password in the file or in a flag is refused, and so is a reference that leads nowhere",
        arguments: [
            "url: 'postgresql://u:canary@db/x'", "url: 'host=a password=canary'",
            "url: 'postgresql://db/x?password=canary'",
            "url: file:/nowhere/canary", "url: file:canary", "url: file:$FOLDER/lines",
        ]
    )
    func exposedSecrets(line: String) throws {
        let error = try #require(fault("database:\n  \(line)\n"))
        #expect([.value, .unreadable].contains(error.code))
        #expect(error.key == "database.url")
        #expect(!error.description.contains("canary"))
    }

    @Test("A missing key names itself and both ways to give it")
    func missing() throws {
        let configuration = try load()
        let error = try #require(throws: ConfigurationError.self) { try configuration.required(.databaseURL) }
        #expect(error.code == .missing)
        #expect(error.description.contains("HABEAS_DATABASE_URL"))
        #expect(error.description.contains("file:/path"))
    }

    @Test("A file that was asked for must exist")
    func absentFile() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try FleetConfiguration.load(path: "/nowhere/habeas.yaml", environment: [:])
        }
        #expect(error.code == .unreadable)
        #expect(error.place == "--config")
    }

    @Test("Keys are listed once, and the table shows each with its environment name")
    func paper() {
        let keys = ConfigurationKey.all
        #expect(Set(keys.map(\.name)).count == keys.count)
        #expect(Set(keys.map(\.environment)).count == keys.count)
        for key in keys {
            #expect(ConfigurationKey.markdown.contains("| `\(key.name)` | `\(key.environment)` |"))
            #expect(key.meaning.hasSuffix("."))
        }
    }
}
