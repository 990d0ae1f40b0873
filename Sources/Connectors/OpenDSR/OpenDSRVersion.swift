/// The two versions of the protocol in use, and the names that differ.
package enum OpenDSRVersion: String, Sendable, Hashable, CaseIterable {
    /// OpenGDPR, the older name.
    case v1
    case v2

    /// The base URL ends with it; nil for one that does not.
    package init?(url: String) {
        guard let last = url.split(separator: "/").last, let version = Self(rawValue: String(last)) else { return nil }
        self = version
    }

    package var apiVersion: String { self == .v1 ? "1.0" : "2.0" }

    /// Below the base URL.
    package var collection: String { self == .v1 ? "opengdpr_requests" : "requests" }

    package var domainHeader: String { "\(prefix)-Processor-Domain" }
    package var signatureHeader: String { "\(prefix)-Signature" }

    private var prefix: String { self == .v1 ? "X-OpenGDPR" : "X-OpenDSR" }
}
