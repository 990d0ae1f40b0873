import Rights

/// Reads what the data map says of a `http` connector.
enum HTTPSection {
    static let keys =
        ["kind", "url", "auth", "accepts", "headers", "key_header", "poll_every", "clients", "alive"]
        + TargetOperation.words
    static let authenticationKeys = ["kind", "user", "header", "prefix", "secret"]

    static func read(_ section: YAMLMapping) throws(PolicyFault) -> HTTPDescription {
        try section.allow(keys)
        var description = HTTPDescription(url: try url(section))
        description.authentication = try authentication(section)
        description.headers = try HTTPCallSection.headers(section, [.key, .client])
        description.keyHeader = try keyHeader(section)
        description.pollEvery = try section.number("poll_every", 1...86_400) ?? description.pollEvery
        if let list = try section.section("clients") {
            for key in list.keys { description.clients[key] = try list.required(key) }
        }
        if let call = try section.section("alive") {
            description.alive = try HTTPCallSection(role: .alive, section: call, known: []).read()
        }
        for operation in TargetOperation.allCases {
            guard let part = try section.section(operation.rawValue) else { continue }
            description.procedures[operation] = try HTTPProcedureSection(
                operation: operation,
                section: part,
                hasKeyHeader: description.keyHeader != nil
            ).read()
        }
        guard !description.procedures.isEmpty else {
            throw section.fault(
                "erase",
                "is missing, and so is every other operation",
                "describe at least one of \(TargetOperation.words.joined(separator: ", "))"
            )
        }
        description.accepted = try accepted(section, description)
        return description
    }

    static func url(_ section: YAMLMapping) throws(PolicyFault) -> String {
        var text = try section.required("url")
        guard let address = WebAddress(text), address.user == nil, address.password == nil, !address.hasQuery else {
            throw section.fault(
                "url",
                "is no http or https URL, or holds credentials, a query or a fragment",
                "write it as https://api.vendor.example/v2"
            )
        }
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }

    private static func keyHeader(_ section: YAMLMapping) throws(PolicyFault) -> String? {
        guard let name = try section.text("key_header") else { return nil }
        guard HTTPCallSection.isName(name) else {
            throw section.fault("key_header", "is no header that can be set", "write for instance Idempotency-Key")
        }
        return name
    }

    // MARK: Credentials

    static func authentication(_ section: YAMLMapping) throws(PolicyFault) -> HTTPDescription.Authentication {
        if section.isScalar("auth") {
            guard try section.required("auth") == "none" else {
                throw section.fault("auth", "is no way to log in", "write none, or a mapping with its kind")
            }
            return .none
        }
        guard let auth = try section.section("auth") else { return .none }
        try auth.allow(authenticationKeys)
        let kind = try auth.required("kind")
        guard kind != "none" else { return .none }
        let secret = try secret(auth)
        switch kind {
        case "bearer": return .bearer(secret)
        case "basic": return .basic(user: try auth.required("user"), password: secret)
        case "header":
            let name = try auth.required("header")
            guard HTTPCallSection.isName(name) else {
                throw auth.fault("header", "is no header that can be set", "use letters, digits and hyphens")
            }
            return .header(name: name, prefix: try auth.text("prefix") ?? "", value: secret)
        default: throw auth.fault("kind", "is no way to log in", "use none, basic, bearer or header")
        }
    }

    private static func secret(_ auth: YAMLMapping) throws(PolicyFault) -> String {
        let text = try auth.required("secret")
        guard SecretReference(text) != nil else {
            throw auth.fault(
                "secret",
                "is no reference to one",
                "write file:/path or env:NAME, never the secret itself"
            )
        }
        return text
    }

    // MARK: People

    private static func accepted(
        _ section: YAMLMapping,
        _ description: HTTPDescription
    ) throws(PolicyFault) -> [IdentityType] {
        var named: Set<IdentityType> = []
        var namesAny = false
        for procedure in description.procedures.values {
            let calls =
                procedure.lookups + procedure.calls + procedure.verify
                + [procedure.poll, procedure.cancel].compactMap { $0 }
            for call in calls {
                named.formUnion(call.identities(of: []))
                namesAny = namesAny || !call.placeholders.isDisjoint(with: [.identity, .identityType])
            }
        }
        let said: [IdentityType] = try SystemFile.words("accepts", section)
        if said.isEmpty {
            guard !namesAny else {
                throw section.fault(
                    "accepts",
                    "is missing, and {identity} can be any",
                    "list the types that it finds people by"
                )
            }
            return IdentityType.leastTellingFirst.filter(named.contains)
        }
        guard namesAny || named.isSuperset(of: said) else {
            throw section.fault("accepts", "lists a type that no call uses", "take it out, or use it in a call")
        }
        guard named.isSubset(of: said) else {
            throw section.fault("accepts", "leaves out a type that a call uses", "list every type that a call names")
        }
        return IdentityType.leastTellingFirst.filter(said.contains)
    }
}
