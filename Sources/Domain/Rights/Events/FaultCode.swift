/// Why an event is refused, as a word that programs can compare. Open: intake adds its own (an unknown client, a
/// publisher without a registration) beside those of the parser.
package struct FaultCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
    private init(_ rawValue: String) { self.rawValue = rawValue }

    package var description: String { rawValue }

    // The body as text.
    package static let tooLarge = FaultCode("too_large")
    package static let notJSON = FaultCode("not_json")
    package static let invalidText = FaultCode("invalid_text")
    package static let duplicateKey = FaultCode("duplicate_key")
    package static let tooDeep = FaultCode("too_deep")
    package static let outOfRange = FaultCode("out_of_range")
    // The envelope.
    package static let notCloudEvent = FaultCode("not_cloudevent")
    package static let unknownSpecVersion = FaultCode("unknown_specversion")
    package static let unknownType = FaultCode("unknown_type")
    package static let unknownVersion = FaultCode("unknown_version")
    package static let mismatch = FaultCode("mismatch")
    // A field.
    package static let missing = FaultCode("missing")
    package static let empty = FaultCode("empty")
    package static let wrongType = FaultCode("wrong_type")
    package static let tooLong = FaultCode("too_long")
    package static let tooMany = FaultCode("too_many")
    package static let tooFew = FaultCode("too_few")
    package static let conflict = FaultCode("conflict")
    package static let notInList = FaultCode("not_in_list")
    package static let badFormat = FaultCode("bad_format")
    package static let badTime = FaultCode("bad_time")
    package static let future = FaultCode("future")
    package static let tooOld = FaultCode("too_old")
    package static let badCountry = FaultCode("bad_country")
    package static let badEmail = FaultCode("bad_email")
    package static let badPhone = FaultCode("bad_phone")
    package static let badIdentity = FaultCode("bad_identity")
    package static let notOpened = FaultCode("cannot_be_opened")
}
