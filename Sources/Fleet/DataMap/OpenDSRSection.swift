import Rights

/// Reads what the data map says of a `opendsr` connector.
enum OpenDSRSection {
    static func read(_ section: YAMLMapping) throws(PolicyFault) -> OpenDSRDescription {
        OpenDSRDescription(url: try section.required("url"))
    }
}
