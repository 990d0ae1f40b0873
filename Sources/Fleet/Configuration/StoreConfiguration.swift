import FoundationEssentials
package import Outbound
import Rights

/// Where finished exports and their parts lie. Printing it shows no secret.
package struct StoreConfiguration: Sendable, CustomStringConvertible {
    package enum Place: Sendable {
        case folder(String)
        case bucket(S3Client.Configuration, prefix: String, scratch: String)
    }

    package var place: Place

    package var description: String { "StoreConfiguration(redacted)" }

    /// What a program says that cannot do without, where none is configured.
    package static let missing =
        "exports.folder: is not given, nor exports.s3.endpoint; say where exports lie, in the file or as HABEAS_EXPORTS_FOLDER"

    /// Nil without `exports.folder` and `exports.s3.endpoint`; then no other key may be given without a default, or somebody believes
    /// that exports are kept.
    init?(_ values: ConfigurationValues) throws(ConfigurationError) {
        let endpoint = try values.text(.exportsEndpoint)
        if let folder = try values.text(.exportsFolder) {
            guard endpoint == nil else {
                throw values.fault(.exportsFolder, "is given beside exports.s3.endpoint", "keep one of the two")
            }
            try Self.refuseStrays(values)
            place = .folder(try Self.absolute(folder, .exportsFolder, values))
        } else if let endpoint {
            place = try Self.bucket(at: endpoint, values)
        } else {
            try Self.refuseStrays(values)
            return nil
        }
    }

    /// The store; nothing is looked at or called yet.
    ///
    /// - Parameter http: for S3; not closed by the store.
    /// - Throws: ``StoreError``.
    package func store(_ http: HTTPClient) throws -> any ObjectStore {
        switch place {
        case .folder(let path): FolderStore(path)
        case .bucket(let settings, let prefix, let scratch):
            try S3Store(S3Client(settings, on: http), prefix: prefix, scratch: scratch)
        }
    }

    /// What an error of this store is about: the key that says where it is, and what to do there.
    package func blame(for error: StoreError) -> (field: String, remedy: String) {
        if error == .absent {
            let remedy = "make it for this user alone (mode 0700), or mount what it lies on; it is not made by itself"
            switch place {
            case .folder: return (ConfigurationKey.exportsFolder.name, remedy)
            case .bucket: return (ConfigurationKey.exportsScratch.name, remedy)
            }
        }
        let look = "look whether it is there and this user may read and write in it"
        switch place {
        case .folder: return (ConfigurationKey.exportsFolder.name, error.code == .full ? "make room there" : look)
        case .bucket:
            let room = "make room there, or in the folder of \(ConfigurationKey.exportsScratch.name)"
            return (ConfigurationKey.exportsBucket.name, error.code == .full ? room : look)
        }
    }

    private static func refuseStrays(_ values: ConfigurationValues) throws(ConfigurationError) {
        for key in [ConfigurationKey.exportsBucket, .exportsKeyID, .exportsSecretKey, .exportsScratch]
        where try values.text(key) != nil {
            throw values.fault(
                key,
                "is given without exports.s3.endpoint",
                "set exports.s3.endpoint as well, or remove it"
            )
        }
    }

    private static func bucket(
        at url: String,
        _ values: ConfigurationValues
    ) throws(ConfigurationError) -> Place {
        let isInternal = try values.flag(.exportsInternal)
        let addressing: S3Endpoint.Addressing = try values.flag(.exportsPathStyle) ? .path : .virtualHost
        let bucket = try required(.exportsBucket, values)
        // Each in the form that takes most, so that the fault named is the right one.
        guard S3Endpoint("https://s3.example", bucket: bucket, addressing: .path) != nil else {
            throw values.fault(
                .exportsBucket,
                "is not the name of a bucket",
                "give three to 63 of a-z, 0-9, - and ., a letter or digit first and last"
            )
        }
        guard let plain = S3Endpoint(url, bucket: bucket, addressing: .path) else {
            throw values.fault(
                .exportsEndpoint,
                "is not the URL of a server",
                "write https://, host and port, without bucket, credentials or query"
            )
        }
        guard plain.isEncrypted || isInternal else {
            throw values.fault(
                .exportsEndpoint,
                "lets exports pass where anybody on the way can interfere",
                "use https://, or set exports.s3.internal to true if the server is in your own network"
            )
        }
        guard let endpoint = S3Endpoint(url, bucket: bucket, addressing: addressing) else {
            throw values.fault(
                .exportsEndpoint,
                "is an address, before which no bucket can stand",
                "set exports.s3.path_style to true, or give the server's name"
            )
        }
        guard addressing == .path || !plain.isEncrypted || !bucket.contains(".") else {
            throw values.fault(
                .exportsBucket,
                "has a dot, which no certificate of the server covers before its name",
                "set exports.s3.path_style to true, or use another bucket"
            )
        }
        var settings = S3Client.Configuration(
            endpoint: endpoint,
            region: try required(.exportsRegion, values),
            credentials: SignatureV4.Credentials(
                keyID: try word(.exportsKeyID, values),
                secret: try word(.exportsSecretKey, values)
            )
        )
        if isInternal { settings.allowing = [.internalAddress, .plain] }
        return .bucket(
            settings,
            prefix: try prefix(values),
            scratch: try absolute(required(.exportsScratch, values), .exportsScratch, values)
        )
    }

    private static func required(
        _ key: ConfigurationKey,
        _ values: ConfigurationValues
    ) throws(ConfigurationError) -> String {
        guard let text = try values.text(key) else { throw FleetConfiguration.missing(key) }
        return text
    }

    /// What stands in a header.
    private static func word(
        _ key: ConfigurationKey,
        _ values: ConfigurationValues
    ) throws(ConfigurationError) -> String {
        let text = try required(key, values)
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw values.fault(key, "holds blanks or other characters than ASCII", "copy it again, whole and alone")
        }
        return text
    }

    private static func prefix(_ values: ConfigurationValues) throws(ConfigurationError) -> String {
        let text = try required(.exportsPrefix, values)
        guard let name = try? ObjectName(text) else {
            throw values.fault(
                .exportsPrefix,
                "is not segments of a-z, 0-9 and - joined by /",
                "write for instance habeas or privacy/exports"
            )
        }
        return name.text
    }

    private static func absolute(
        _ path: String,
        _ key: ConfigurationKey,
        _ values: ConfigurationValues
    ) throws(ConfigurationError) -> String {
        guard path.hasPrefix("/"), CanonicalText.isOneLine(path) else {
            throw values.fault(key, "is not an absolute path", "write it from / on")
        }
        return path
    }
}
