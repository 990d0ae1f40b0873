/// Why an address may not be called. The text names the range and never the address.
public struct AddressRefusal: Hashable, Sendable, CustomStringConvertible {
    /// What kind of range an address lies in.
    public enum Range: String, Hashable, Sendable, CaseIterable {
        case unspecified, loopback, `private`, multicast, broadcast, documentation, metadata, reserved
        case linkLocal = "link-local"
        case uniqueLocal = "unique local"
        case siteLocal = "site-local"
        case carrier = "carrier-grade NAT"
        case benchmark = "benchmarking"
        /// No internet address at all.
        case unknown = "unknown kind of"
    }

    /// How the address was written into one of version 6, if it was.
    public enum Form: String, Hashable, Sendable, CaseIterable {
        case mapped = "IPv4-mapped"
        case compatible = "IPv4-compatible"
        case translated = "IPv4-translated"
        case sixToFour = "6to4"
        case teredo = "Teredo"
        case nat64 = "NAT64"
        case isatap = "ISATAP"
    }

    public let range: Range
    /// nil when the address itself lies in the range.
    public let form: Form?

    public init(_ range: Range, form: Form? = nil) {
        self.range = range
        self.form = form
    }

    public var description: String {
        "\(range.rawValue) address" + (form.map { " in \($0.rawValue) form" } ?? "")
    }
}
