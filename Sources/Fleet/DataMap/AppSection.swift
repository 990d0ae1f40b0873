import Rights

/// Reads what the data map says of a `app` connector.
enum AppSection {
    static func read(_ section: YAMLMapping) throws(PolicyFault) -> AppDescription {
        AppDescription(publicKey: try section.required("public_key"))
    }
}
