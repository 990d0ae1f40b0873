/// Where finished exports and their parts lie: a folder, or a bucket.
extension ConfigurationKey {
    package static let exportsFolder = ConfigurationKey(
        "exports.folder",
        .text,
        "Absolute path of the folder for finished exports and their parts, sealed; all workers share it. This or exports.s3.endpoint."
    )
    package static let exportsKeepDays = ConfigurationKey(
        "exports.keep_days",
        .integer(1...3650),
        default: "30",
        "Days for which a bundle can be fetched; then its key is destroyed and its files are deleted."
    )
    package static let exportsScratch = ConfigurationKey(
        "exports.scratch",
        .text,
        "With S3: absolute path of a local folder with room for the largest export, where it grows and is read."
    )
    package static let exportsEndpoint = ConfigurationKey(
        "exports.s3.endpoint",
        .text,
        "https:// URL of a server that speaks S3, without the bucket. Needs the other keys of S3, and exports.scratch."
    )
    package static let exportsRegion = ConfigurationKey(
        "exports.s3.region",
        .identifier,
        default: "us-east-1",
        "Region that requests are signed for; servers without regions mostly want the default."
    )
    package static let exportsBucket = ConfigurationKey("exports.s3.bucket", .text, "Name of the bucket, which exists.")
    package static let exportsPrefix = ConfigurationKey(
        "exports.s3.prefix",
        .text,
        default: "habeas",
        "What every key in the bucket begins with, segments of a-z, 0-9 and - joined by /; nothing else there is touched."
    )
    package static let exportsPathStyle = ConfigurationKey(
        "exports.s3.path_style",
        .flag,
        default: "false",
        "Whether the bucket stands in the path of URLs rather than before the host's name."
    )
    package static let exportsKeyID = ConfigurationKey("exports.s3.key_id", .text, "Id of the access key.")
    package static let exportsSecretKey = ConfigurationKey(
        "exports.s3.secret_key",
        .password,
        secret: true,
        "The access key itself."
    )
    package static let exportsInternal = ConfigurationKey(
        "exports.s3.internal",
        .flag,
        default: "false",
        "Whether the server is one of our own: it may have a private address and be spoken to without TLS."
    )

    static let exports: [ConfigurationKey] = [
        exportsFolder, exportsKeepDays, exportsScratch, exportsEndpoint, exportsRegion, exportsBucket, exportsPrefix,
        exportsPathStyle,
        exportsKeyID, exportsSecretKey, exportsInternal,
    ]
}
