import Crypto
import Fleet
import FoundationEssentials
package import Rights

/// One thing a person is known by, as the protocol writes it.
package struct OpenDSRIdentity: Sendable, Hashable, Redacting {
    package let type: IdentityType
    package let format: OpenDSRDescription.Format
    /// In that format.
    package let value: String

    package init(_ type: IdentityType, _ format: OpenDSRDescription.Format, written value: String) {
        self.type = type
        self.format = format
        self.value = value
    }

    /// Hashes are of the normal form's UTF-8, without salt, in lower-case hexadecimal digits. The specification names the functions
    /// and no more; of an e-mail address everybody hashes it trimmed and in lower case, which the normal form is.
    package init(_ identity: Identity, as format: OpenDSRDescription.Format) {
        let bytes = Data(identity.value.utf8)
        let value =
            switch format {
            case .raw: identity.value
            case .sha256: Hex.text(SHA256.hash(data: bytes))
            case .sha1: Hex.text(Insecure.SHA1.hash(data: bytes))
            case .md5: Hex.text(Insecure.MD5.hash(data: bytes))
            }
        self.init(identity.type, format, written: value)
    }

    /// Nil for what the protocol does not know.
    init?(_ fields: OpenDSRFields) {
        guard let type = fields.text("identity_type").flatMap({ IdentityType(rawValue: $0) }),
            OpenDSRDescription.types.contains(type),
            let format = fields.text("identity_format").flatMap({ OpenDSRDescription.Format(rawValue: $0) }),
            let value = fields.text("identity_value"), !value.isEmpty
        else { return nil }
        self.init(type, format, written: value)
    }

    func write(to writer: inout JSONWriter) {
        writer.member("identity_type", type)
        writer.member("identity_value", value)
        writer.member("identity_format", format)
    }
}
