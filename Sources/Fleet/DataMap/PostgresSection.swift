import Rights

/// Reads what the data map says of a `postgres` connector.
enum PostgresSection {
    static func read(_ section: YAMLMapping) throws(PolicyFault) -> PostgresDescription {
        PostgresDescription(url: try section.required("url"))
    }
}
