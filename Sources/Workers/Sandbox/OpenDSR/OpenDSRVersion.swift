import HTTPTypes

/// The two versions in use, and the names that differ.
enum OpenDSRVersion: String, CaseIterable, Sendable {
    /// OpenGDPR, the older name.
    case v1
    case v2

    var apiVersion: String { self == .v1 ? "1.0" : "2.0" }

    var collection: String { self == .v1 ? "opengdpr_requests" : "requests" }

    func headers(domain: String, signature: String) -> HTTPFields {
        let prefix = self == .v1 ? "X-OpenGDPR" : "X-OpenDSR"
        var headers: HTTPFields = [:]
        if let name = HTTPField.Name("\(prefix)-Processor-Domain") { headers[name] = domain }
        if let name = HTTPField.Name("\(prefix)-Signature") { headers[name] = signature }
        return headers
    }
}
