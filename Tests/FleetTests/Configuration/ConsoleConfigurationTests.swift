import Foundation
import Testing

@testable import Fleet

@Suite("The configuration of the console")
struct ConsoleConfigurationTests {
    private static let least = [
        "console.operators_file": "file:/etc/habeas/operators",
        "console.database_url": "postgresql://console@localhost/habeas",
    ]

    private func load(_ values: [String: String]) throws -> FleetConfiguration {
        try FleetConfiguration.load(environment: [:], flags: values)
    }

    @Test("There is none without a file of operators; with one and a database it has its defaults, on loopback")
    func defaults() throws {
        #expect(try load([:]).console == nil)
        let console = try #require(try load(Self.least).console)
        #expect(console.operatorsFile == "/etc/habeas/operators")
        #expect(console.databaseURL == "postgresql://console@localhost/habeas")
        #expect(console.address == "127.0.0.1")
        #expect(console.port == 9420)
        #expect(!console.isBehindProxy)
        #expect(console.sessionKeyFile == nil)
        #expect(console.refresh == .seconds(30))
    }

    @Test("Every key has its place")
    func all() throws {
        let more = [
            "console.address": "0.0.0.0", "console.port": "8443", "console.behind_proxy": "true",
            "console.session_key_file": "file:/etc/habeas/key", "console.refresh_seconds": "60",
        ]
        let console = try #require(try load(Self.least.merging(more) { $1 }).console)
        #expect(console.address == "0.0.0.0")
        #expect(console.port == 8_443)
        #expect(console.isBehindProxy)
        #expect(console.sessionKeyFile == "/etc/habeas/key")
        #expect(console.refresh == .seconds(60))
        #expect("\(console)" == "ConsoleConfiguration(redacted)")
    }

    @Test(
        "What cannot be meant is refused with the key's name",
        arguments: [
            ("console.address", "0.0.0.0"), ("console.address", "localhost"),
            ("console.address", "127.0.0.1.example.com"),
            ("console.operators_file", "/etc/habeas/operators"), ("console.session_key_file", "elsewhere"),
            ("console.refresh_seconds", "1"),
        ]
    )
    func faults(key: String, value: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try load(Self.least.merging([key: value]) { $1 }) }
        #expect(error.key == key)
        #expect(!error.description.contains(value))
    }

    @Test("A console without a database, or a database of no console, is refused")
    func halves() throws {
        for key in ["console.database_url", "console.session_key_file"] {
            let value = key.hasSuffix("file") ? "file:/x" : "postgresql://localhost/x"
            let error = try #require(throws: ConfigurationError.self) { try load([key: value]) }
            #expect(error.key == key)
        }
        let error = try #require(throws: ConfigurationError.self) {
            try load(["console.operators_file": "file:/etc/habeas/operators"])
        }
        #expect(error.key == "console.database_url")
    }
}
