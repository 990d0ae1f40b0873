import Rights

/// Reads what the data map says of a `http` connector.
enum HTTPSection {
    static func read(_ section: YAMLMapping) throws(PolicyFault) -> HTTPDescription {
        HTTPDescription(url: try section.required("url"))
    }
}
