import Crypto
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
            case .sha256: Self.hexadecimal(SHA256.hash(data: bytes))
            case .sha1: Self.hexadecimal(Insecure.SHA1.hash(data: bytes))
            case .md5: Self.hexadecimal(Insecure.MD5.hash(data: bytes))
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

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
