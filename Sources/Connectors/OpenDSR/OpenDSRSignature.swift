package import FoundationEssentials

/// What the headers of an answer or a callback say of who has signed it.
package struct OpenDSRSignature: Sendable, Hashable {
    /// In lower case.
    package let domain: String
    package let bytes: Data

    /// Reads the names of both versions; nil where nothing is said of a signature.
    ///
    /// - Throws: ``OpenDSRDoubt``, where it is said in part, twice or not in base64.
    package init?(_ headers: [(name: String, value: String)]) throws(OpenDSRDoubt) {
        var domains: [String] = []
        var signatures: [String] = []
        for version in OpenDSRVersion.allCases {
            domains += Self.values(version.domainHeader, headers)
            signatures += Self.values(version.signatureHeader, headers)
        }
        if domains.isEmpty, signatures.isEmpty { return nil }
        guard domains.count == 1, signatures.count == 1, let bytes = Data(base64Encoded: signatures[0]), !bytes.isEmpty
        else { throw OpenDSRDoubt(.signature) }
        domain = domains[0].lowercased()
        self.bytes = bytes
    }

    private static func values(_ name: String, _ headers: [(name: String, value: String)]) -> [String] {
        let name = name.lowercased()
        return headers.filter { $0.name.lowercased() == name }.map(\.value)
    }
}
