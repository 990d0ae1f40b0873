import Foundation
import Outbound
import Testing

@testable import Fleet

@Suite("The configuration of where exports lie")
struct StoreConfigurationTests {
    private static let secret = ["HABEAS_EXPORTS_S3_SECRET_KEY": "canary"]
    private static let least = [
        "exports.s3.endpoint": "https://s3.example", "exports.s3.bucket": "exports", "exports.s3.key_id": "id",
        "exports.scratch": "/var/tmp/habeas",
    ]

    private func load(_ values: [String: String], environment: [String: String] = [:]) throws -> StoreConfiguration? {
        try FleetConfiguration.load(environment: environment, flags: values).exports
    }

    @Test("Without folder and bucket there is none")
    func none() throws {
        #expect(try load([:]) == nil)
    }

    @Test("A folder is enough")
    func folder() throws {
        let exports = try #require(try load(["exports.folder": "/srv/exports"]))
        guard case .folder(let path) = exports.place else { throw StoreError.differs }
        #expect(path == "/srv/exports")
        #expect(try exports.store(try HTTPClient()) is FolderStore)
    }

    @Test("What is wrong with the store is said of the key that names it, with what to do")
    func blame() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "habeas-none-\(UUID())").path
        let exports = try #require(try load(["exports.folder": folder]))
        let error = await #expect(throws: StoreError.self) { try await FolderStore(folder).check() }
        let absent = try #require(error)
        #expect(exports.blame(for: absent).field == "exports.folder")
        #expect(exports.blame(for: absent).remedy.contains("0700") && absent.isRetryable)
        #expect(!FileManager.default.fileExists(atPath: folder))
        #expect(exports.blame(for: .differs).remedy.contains("read and write"))
        #expect(exports.blame(for: StoreError(system: ENOSPC)).remedy == "make room there")
        let bucket = try #require(try load(Self.least, environment: Self.secret))
        #expect(bucket.blame(for: absent).field == "exports.scratch")
        #expect(bucket.blame(for: .differs).field == "exports.s3.bucket")
    }

    @Test("A bucket is spoken to with TLS, before its server's name")
    func bucket() throws {
        let exports = try #require(try load(Self.least, environment: Self.secret))
        guard case .bucket(let settings, let prefix, let scratch) = exports.place else { throw StoreError.differs }
        #expect(settings.endpoint == S3Endpoint("https://s3.example", bucket: "exports", addressing: .virtualHost))
        #expect(settings.region == "us-east-1")
        #expect(settings.credentials.keyID == "id")
        #expect(settings.credentials.secret == "canary")
        #expect(settings.allowing == [])
        #expect(prefix == "habeas")
        #expect(scratch == "/var/tmp/habeas")
        #expect(try exports.store(try HTTPClient()) is S3Store)
        #expect(!"\(exports) \(settings) \(String(reflecting: settings.credentials))".contains("canary"))
    }

    @Test("Every key of S3 has its place")
    func all() throws {
        let more = [
            "exports.s3.endpoint": "http://127.0.0.1:9000", "exports.s3.region": "eu-central-1",
            "exports.s3.prefix": "privacy/exports", "exports.s3.path_style": "true", "exports.s3.internal": "true",
        ]
        let exports = try #require(try load(Self.least.merging(more) { $1 }, environment: Self.secret))
        guard case .bucket(let settings, let prefix, _) = exports.place else { throw StoreError.differs }
        #expect(settings.endpoint == S3Endpoint("http://127.0.0.1:9000", bucket: "exports", addressing: .path))
        #expect(settings.region == "eu-central-1")
        #expect(settings.allowing == [.internalAddress, .plain])
        #expect(prefix == "privacy/exports")
    }

    @Test(
        "What does not go together is said, with what to do",
        arguments: [
            (["exports.folder": "exports"], "exports.folder", "from / on"),
            (
                ["exports.folder": "/a", "exports.s3.endpoint": "https://s3.example"], "exports.folder",
                "one of the two"
            ),
            (["exports.folder": "/a", "exports.s3.bucket": "b"], "exports.s3.bucket", "exports.s3.endpoint"),
            (["exports.folder": "/a", "exports.scratch": "/b"], "exports.scratch", "exports.s3.endpoint"),
            (["exports.s3.key_id": "id"], "exports.s3.key_id", "exports.s3.endpoint"),
            (["exports.s3.endpoint": "https://s3.example"], "exports.s3.bucket", "set exports.s3.bucket"),
            (least.merging(["exports.s3.bucket": "Exports"]) { $1 }, "exports.s3.bucket", "three to 63"),
            (least.merging(["exports.s3.bucket": "my.exports"]) { $1 }, "exports.s3.bucket", "path_style"),
            (least.merging(["exports.s3.endpoint": "s3.example"]) { $1 }, "exports.s3.endpoint", "https://"),
            (
                least.merging(["exports.s3.endpoint": "https://u:canary@s3.example"]) { $1 }, "exports.s3.endpoint",
                "without"
            ),
            (least.merging(["exports.s3.endpoint": "http://s3.example"]) { $1 }, "exports.s3.endpoint", "internal"),
            (least.merging(["exports.s3.endpoint": "https://192.0.2.1"]) { $1 }, "exports.s3.endpoint", "path_style"),
            (least.merging(["exports.s3.prefix": "../a"]) { $1 }, "exports.s3.prefix", "for instance"),
            (least.merging(["exports.s3.key_id": "i d"]) { $1 }, "exports.s3.key_id", "alone"),
            (least.merging(["exports.s3.region": "EU"]) { $1 }, "exports.s3.region", "name"),
            (least.merging(["exports.scratch": "tmp"]) { $1 }, "exports.scratch", "from / on"),
        ] as [([String: String], String, String)]
    )
    func contradictions(values: [String: String], key: String, remedy: String) throws {
        let isOfS3 = values["exports.s3.bucket"] != nil && values["exports.s3.endpoint"] != nil
        let error = try #require(throws: ConfigurationError.self) {
            try load(values, environment: isOfS3 ? Self.secret : [:])
        }
        #expect(error.key == key, "\(error)")
        #expect(error.remedy.contains(remedy), "\(error)")
        #expect(!error.description.contains("canary"))
    }

    @Test("A bucket needs its key and a folder, and the key stands in no flag and in no file")
    func needs() throws {
        let noSecret = try #require(throws: ConfigurationError.self) { try load(Self.least) }
        #expect(noSecret.key == "exports.s3.secret_key")
        #expect(noSecret.remedy.contains("file:/path"))
        for key in ["exports.s3.key_id", "exports.scratch"] {
            let error = try #require(throws: ConfigurationError.self) {
                try load(Self.least.filter { $0.key != key }, environment: Self.secret)
            }
            #expect(error.key == key)
            #expect(error.code == .missing)
        }
        let shown = try #require(throws: ConfigurationError.self) {
            try load(Self.least.merging(["exports.s3.secret_key": "canary"]) { $1 })
        }
        #expect(shown.key == "exports.s3.secret_key")
        #expect(!shown.description.contains("canary"))
    }
}
