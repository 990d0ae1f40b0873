/// One thing a person is known by, in the form in which it is compared, looked up and sent on.
package struct Identity: FieldObject, Hashable {
    /// Which rules made the normal form. Look-up hashes carry it: when the rules change, both forms are searched.
    package static let normalisationVersion = 1

    package let type: IdentityType
    /// Normalised.
    package let value: String

    package static let shape = Shape([
        .required("type", .choice(IdentityType.words)),
        .required("value", .identityValue),
    ])

    /// Nil if the value is none of that type; `remedy(for:)` says what would be.
    package init?(_ type: IdentityType, _ value: String) {
        guard let normal = Self.normalise(value, as: type) else { return nil }
        self.type = type
        self.value = normal
    }

    package init(reading reader: inout FieldReader) throws(EventFault) {
        type = try reader.required("type")
        let text: String = try reader.required("value")
        if reader.terms.isStored {
            value = text
        } else if let normal = Self.normalise(text, as: type) {
            value = normal
        } else {
            throw EventFault(Self.fault(for: type), at: "value", remedy: Self.remedy(for: type))
        }
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("type", type)
        writer.member("value", value)
    }

    // MARK: Normal forms

    /// The normal form of a value, or nil. Applied to its own result it changes nothing.
    package static func normalise(_ value: String, as type: IdentityType) -> String? {
        switch type {
        case .email: return EmailAddress.normalise(value)
        case .phone: return PhoneNumber.normalise(value)
        case .ipAddress: return IPAddress.normalise(value)
        case .name:
            guard CanonicalText.isOneLine(value) else { return nil }
            let name = CardNumbers.mask(CanonicalText.folded(CanonicalText.collapsed(value)))
            return name.isEmpty ? nil : name
        case .socialHandle: return handle(value)
        case .androidAdvertisingID, .fireAdvertisingID, .iosAdvertisingID, .iosVendorID, .rokuAdvertisingID,
            .microsoftAdvertisingID, .androidID:
            return deviceID(value)
        case .controllerCustomerID, .microsoftPublisherID, .rokuPublisherID:
            let id = CanonicalText.trimmed(value)
            return id.isEmpty || !CanonicalText.isOneLine(id) ? nil : id
        }
    }

    package static func remedy(for type: IdentityType) -> String {
        switch type {
        case .email: "Send \(FieldType.email.expectation)"
        case .phone: "Send the number with its country code: +49 30 1234567, or 0049 30 1234567."
        case .ipAddress: "Send an IPv4 or IPv6 address without port or zone."
        case .name: "Send the name on one line."
        case .socialHandle: "Send the handle without spaces, with or without the leading @."
        case .androidAdvertisingID, .fireAdvertisingID, .iosAdvertisingID, .iosVendorID, .rokuAdvertisingID,
            .microsoftAdvertisingID, .androidID:
            "Send hexadecimal digits, with or without hyphens; an id of zeros stands for nobody."
        case .controllerCustomerID, .microsoftPublisherID, .rokuPublisherID: "Send the id on one line."
        }
    }

    private static func fault(for type: IdentityType) -> FaultCode {
        switch type {
        case .email: .badEmail
        case .phone: .badPhone
        default: .badIdentity
        }
    }

    private static func handle(_ value: String) -> String? {
        let folded = CanonicalText.folded(CanonicalText.trimmed(value))
        let handle = String(folded.unicodeScalars.drop { $0 == "@" })
        guard !handle.isEmpty, CanonicalText.isOneLine(handle), !CanonicalText.hasWhitespace(handle) else { return nil }
        return handle
    }

    /// Telephones whose owner limits tracking report an id of zeros: it must not match everybody's.
    private static func deviceID(_ value: String) -> String? {
        let id = CanonicalText.trimmed(value).lowercased()
        let isHexadecimal = id.utf8.allSatisfy { JSONScanner.hexValue($0) != nil || $0 == UInt8(ascii: "-") }
        let isZero = id.utf8.allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "-") }
        return (8...64).contains(id.utf8.count) && isHexadecimal && !isZero ? id : nil
    }
}
