import Rights

/// Reads what the data map says of an `opendsr` connector.
///
/// ```yaml
/// connector:
///   kind: opendsr
///   url: https://dsr.vendor.example/v2      # ends with the major version: /v2, or /v1 for the older names
///   auth: {kind: bearer, token: "file:/run/secrets/vendor"}
///   domains: [dsr.vendor.example]           # in whose name it signs; without them signatures are not checked
///   accepts: [controller_customer_id, "email:sha256"]
///   poll_every: 60                          # seconds
/// ```
enum OpenDSRSection {
    private static let keys = [
        "kind", "url", "auth", "domains", "accepts", "controller", "authorities", "poll_every", "callback",
    ]

    static func read(_ section: YAMLMapping) throws(PolicyFault) -> OpenDSRDescription {
        try section.allow(keys)
        var description = OpenDSRDescription(url: try url(section))
        if let auth = try section.section("auth") { description.authentication = try authentication(auth) }
        description.domains = try domains(section)
        try accepts(section, &description)
        description.controller = try section.text("controller")
        description.authorities = try authorities(section, isSigned: description.isSigned)
        description.pollEvery = try section.number("poll_every", 1...86_400) ?? description.pollEvery
        description.callback = try callback(section)
        return description
    }

    private static func url(_ section: YAMLMapping) throws(PolicyFault) -> String {
        let remedy = "write https://, host and path up to the version: https://dsr.vendor.example/v2"
        guard let address = WebAddress(try section.required("url")), !address.hasQuery, address.user == nil,
            address.password == nil
        else { throw section.fault("url", "is not the URL of a processor", remedy) }
        guard address.path.hasSuffix("/v2") || address.path.hasSuffix("/v1") else {
            throw section.fault("url", "does not end with the protocol's version", remedy + ", or /v1")
        }
        return address.origin + address.path
    }

    private static func authentication(
        _ auth: YAMLMapping
    ) throws(PolicyFault) -> OpenDSRDescription.Authentication {
        switch try auth.required("kind") {
        case "none":
            try auth.allow(["kind"])
            return .none
        case "basic":
            try auth.allow(["kind", "user", "password"])
            let user = try auth.required("user")
            guard !user.contains(":") || SecretReference(user) != nil else {
                throw auth.fault("user", "holds a colon", "write the name alone, or file:/path or env:NAME")
            }
            return .basic(user: user, password: try reference("password", auth))
        case "bearer":
            try auth.allow(["kind", "token"])
            return .bearer(try reference("token", auth))
        case "header":
            try auth.allow(["kind", "name", "value"])
            let name = try auth.required("name")
            guard HTTPCallSection.isName(name) else {
                throw auth.fault("name", "is not a header's name", "write letters, digits and hyphens: X-Api-Key")
            }
            return .header(name: name, value: try reference("value", auth))
        default:
            throw auth.fault("kind", "is no way to authenticate", "use none, basic, bearer or header")
        }
    }

    /// A secret stands somewhere else: the data map is shown, stored and compared.
    private static func reference(_ key: String, _ auth: YAMLMapping) throws(PolicyFault) -> String {
        let text = try auth.required(key)
        guard SecretReference(text) != nil else {
            throw auth.fault(key, "is not a reference to a secret", "write file:/absolute/path or env:NAME")
        }
        return text
    }

    private static func domains(_ section: YAMLMapping) throws(PolicyFault) -> [String] {
        var domains: [String] = []
        for text in try section.list("domains") {
            let domain = text.lowercased()
            guard domain.utf8.count <= 253,
                domain.wholeMatch(of: /[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+/) != nil
            else {
                throw section.fault(
                    "domains",
                    "holds what is no domain",
                    "write each domain that its answers are signed for, without scheme or wildcard"
                )
            }
            domains.append(domain)
        }
        return domains
    }

    private static func accepts(
        _ section: YAMLMapping,
        _ description: inout OpenDSRDescription
    ) throws(PolicyFault) {
        let items = try section.list("accepts")
        guard !items.isEmpty else { return }
        description.accepted = []
        for item in items {
            let parts = item.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard let type = IdentityType(rawValue: parts[0]), OpenDSRDescription.types.contains(type),
                parts.count <= 2
            else {
                throw section.fault(
                    "accepts",
                    "holds what is no type of identity of the protocol",
                    "use \(OpenDSRDescription.types.map(\.rawValue).joined(separator: ", ")), each alone or as type:format"
                )
            }
            if !description.accepted.contains(type) { description.accepted.append(type) }
            guard parts.count == 2 else { continue }
            guard let format = OpenDSRDescription.Format(rawValue: parts[1]) else {
                throw section.fault(
                    "accepts",
                    "holds a format that the protocol does not know",
                    "use \(OpenDSRDescription.Format.words.joined(separator: ", "))"
                )
            }
            description.formats[type, default: []].append(format)
        }
    }

    private static func authorities(_ section: YAMLMapping, isSigned: Bool) throws(PolicyFault) -> String? {
        guard let path = try section.text("authorities") else { return nil }
        guard path.hasPrefix("/"), CanonicalText.isOneLine(path) else {
            throw section.fault(
                "authorities",
                "is not an absolute path",
                "name the PEM file of who issues certificates"
            )
        }
        guard isSigned else {
            throw section.fault(
                "authorities",
                "is of no use where no signature is checked",
                "name the domains that it signs for as `domains`, or leave it out"
            )
        }
        return path
    }

    private static func callback(_ section: YAMLMapping) throws(PolicyFault) -> String? {
        guard let text = try section.text("callback") else { return nil }
        guard let address = WebAddress(text), address.isEncrypted, address.user == nil, !address.hasFragment else {
            throw section.fault(
                "callback",
                "is not an https URL",
                "write where the gateway hears callbacks, or leave it out: then it is asked by and by"
            )
        }
        return text
    }
}
