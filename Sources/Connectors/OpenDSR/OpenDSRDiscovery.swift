package import Rights

/// What a processor supports, and where its certificate is: the answer to `GET /discovery`.
package struct OpenDSRDiscovery: Sendable, Hashable {
    /// A type of identity in one format.
    package struct Support: Sendable, Hashable {
        package let type: IdentityType
        package let format: OpenDSRDescription.Format

        package init(_ type: IdentityType, _ format: OpenDSRDescription.Format) {
            self.type = type
            self.format = format
        }
    }

    package var apiVersion: String?
    /// Those that we know.
    package var identities: [Support] = []
    package var requestTypes: Set<OpenDSRRequestType> = []
    package var certificate: String?

    package init() {}

    package init?(reading body: [UInt8]) {
        guard let fields = OpenDSRFields(body) else { return nil }
        apiVersion = fields.word("api_version")
        identities = (fields.sections("supported_identities") ?? []).compactMap { item in
            guard let type = item.text("identity_type").flatMap({ IdentityType(rawValue: $0) }),
                let format = item.text("identity_format").flatMap({ OpenDSRDescription.Format(rawValue: $0) })
            else { return nil }
            return Support(type, format)
        }
        requestTypes = Set(
            (fields.texts("supported_subject_request_types") ?? []).compactMap { OpenDSRRequestType(rawValue: $0) }
        )
        certificate = fields.word("processor_certificate")
    }

    package var bytes: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { body in
            body.member("api_version", apiVersion)
            body.key("supported_identities")
            body.array(identities) { list, support in
                list.object {
                    $0.member("identity_type", support.type)
                    $0.member("identity_format", support.format)
                }
            }
            body.member("supported_subject_request_types", OpenDSRRequestType.allCases.filter(requestTypes.contains))
            body.member("processor_certificate", certificate)
        }
        return writer.bytes
    }

    /// What of a person it is told: each identity once, in the best format that both sides take; empty where there is none.
    package func choose(_ identities: [Identity], _ description: OpenDSRDescription) -> [OpenDSRIdentity] {
        identities.compactMap { identity in
            guard description.accepted.contains(identity.type) else { return nil }
            return description.formats(of: identity.type)
                .first { self.identities.contains(Support(identity.type, $0)) }
                .map { OpenDSRIdentity(identity, as: $0) }
        }
    }
}
