import Rights

/// Reads what the data map says of a `tus` connector: where another controller takes copies (GDPR Art. 20(2)).
///
/// ```yaml
/// connector:
///   kind: tus
///   url: https://import.globex.example/files       # where an upload is created
///   auth: {kind: bearer, secret: "file:/run/secrets/globex"}
///   chunk_kib: 4096
/// ```
enum TusSection {
    static let keys = ["kind", "url", "auth", "chunk_kib", "checksums"]

    static func read(_ section: YAMLMapping) throws(PolicyFault) -> TusDescription {
        try section.allow(keys)
        _ = try HTTPSection.url(section)
        // As it is written: to a receiver a slash at the end may be another place.
        var description = TusDescription(url: try section.required("url"))
        description.authentication = try HTTPSection.authentication(section)
        description.chunk = try section.number("chunk_kib", 16...16_384).map { $0 << 10 } ?? description.chunk
        description.hasChecksums = try section.flag("checksums") ?? description.hasChecksums
        return description
    }
}
