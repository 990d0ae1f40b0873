import CLibCurl

/// The host of a URL as the library understands it: odd forms of addresses are written out already.
struct HostName {
    let text: String

    init(ofURL url: String) throws(OutboundError) {
        guard let parsed = curl_url() else { throw OutboundError(.library) }
        defer { curl_url_cleanup(parsed) }
        var host: UnsafeMutablePointer<CChar>?
        guard curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK,
            curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK, let host
        else { throw OutboundError(.url) }
        defer { curl_free(host) }
        text = String(cString: host).lowercased()
    }

    /// What can be said without a look-up.
    func refusal(by addressGuard: AddressGuard) -> AddressRefusal? {
        let name = text.hasSuffix(".") ? String(text.dropLast()) : text
        if name == "localhost" || name.hasSuffix(".localhost") { return AddressRefusal(.loopback) }
        let address = name.hasPrefix("[") ? String(name.dropFirst().prefix { $0 != "]" && $0 != "%" }) : name
        return IPAddress(address).flatMap { addressGuard.refusal(of: $0) }
    }
}
