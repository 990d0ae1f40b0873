extension FieldType {
    /// What is wrong with one value, without saying where it stood.
    struct Problem: Error {
        let fault: FaultCode
        let remedy: String

        init(_ fault: FaultCode, _ remedy: String) {
            self.fault = fault
            self.remedy = remedy
        }
    }

    /// The text as it is kept; nil if there is nothing in it.
    func normalise(_ text: String, isStored: Bool) -> Result<String?, Problem> {
        if text.isEmpty { return .success(nil) }
        if isStored { return .success(text) }
        switch self {
        case .text(let limit):
            guard text.utf8.count <= limit else { return tooLong }
            return .success(CardNumbers.mask(text))
        case .label(let limit), .lineOrObject(let limit, _):
            let line = CanonicalText.trimmed(text)
            guard line.utf8.count <= limit else { return tooLong }
            guard CanonicalText.isOneLine(line) else { return bad(.badFormat) }
            return .success(line.isEmpty ? nil : CardNumbers.mask(line))
        case .reference:
            guard text.unicodeScalars.count <= 128 else { return tooLong }
            return CanonicalText.isOneLine(text) ? .success(text) : bad(.badFormat)
        case .client:
            return text.utf8.count <= 63 && text.utf8.allSatisfy(Self.isClientByte) ? .success(text) : bad(.badFormat)
        case .currency:
            let isCode = text.utf8.count == 3 && text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")) ~= $0 }
            return isCode ? .success(text) : bad(.badFormat)
        case .country:
            return Country.normalise(text).map { .success($0) } ?? bad(.badCountry)
        case .locale:
            return Locales.normalise(text).map { .success($0) } ?? bad(.badFormat)
        case .email:
            return EmailAddress.normalise(text).map { .success($0) } ?? bad(.badEmail)
        case .endpoint:
            let isAddress =
                text.lowercased().hasPrefix("https://") && text.utf8.count > 8 && text.utf8.count <= 2_048
                && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
            return isAddress ? .success(text) : bad(.badFormat)
        case .sealed:
            guard text.utf8.count <= Limit.sealed else { return tooLong }
            return Self.isCompactJWE(text) ? .success(text) : bad(.badFormat)
        case .locator:
            guard text.utf8.count <= Limit.sealed else { return tooLong }
            return Self.isWebAddress(text) || Self.isCompactJWE(text) ? .success(text) : bad(.badFormat)
        case .identityValue:
            return text.utf8.count <= Limit.text ? .success(text) : tooLong
        case .id, .choice, .time, .flag, .count, .amount, .object, .list:
            return bad(.wrongType)
        }
    }

    /// What the field wants, as the end of a sentence that begins with "Send".
    var expectation: String {
        switch self {
        case .text(let limit): "a string of at most \(limit) bytes."
        case .label(let limit): "one line of text, at most \(limit) bytes."
        case .reference: "your own reference: one line, at most 128 characters, no personal data."
        case .client: "a client id: lower-case letters, digits and hyphens, at most 63."
        case .id: "the UUID that was given to you."
        case .choice(let words): "one of: \(words.joined(separator: ", "))."
        case .time(.past): "a time that has passed, as RFC 3339 with offset: 2026-03-01T09:30:00Z."
        case .time(.any): "a time as RFC 3339 with offset: 2026-03-01T09:30:00Z."
        case .flag: "true or false."
        case .count(let range) where range.upperBound == Int.max: "a whole number of at least \(range.lowerBound)."
        case .count(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)."
        case .amount: "a number that is not negative."
        case .currency: "an ISO 4217 code: EUR."
        case .country: "an ISO 3166-1 alpha-2 code (DE; the United Kingdom is GB), or an ISO 3166-2 one (US-CA)."
        case .locale: "a BCP 47 language tag: de, pt-BR."
        case .email: "an e-mail address: name@example.com."
        case .endpoint: "an https address of at most 2048 characters."
        case .sealed: "a compact JWE of at most \(Limit.sealed) bytes."
        case .locator: "an https address, or a compact JWE, of at most \(Limit.sealed) bytes."
        case .identityValue: "a string of at most \(Limit.text) bytes."
        case .object: "a JSON object."
        case .lineOrObject: "one line of text, or an object with email, name, locale."
        case .list(let element, _): "a list; each item: \(element.expectation)"
        }
    }

    private var tooLong: Result<String?, Problem> { .failure(Problem(.tooLong, "Send \(expectation)")) }
    private func bad(_ fault: FaultCode) -> Result<String?, Problem> { .failure(Problem(fault, "Send \(expectation)")) }

    private static func isClientByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// Plain http, too: own systems may be reached by it, and whose this is only the data map knows.
    private static func isWebAddress(_ text: String) -> Bool {
        let scheme = text.prefix(8).lowercased()
        guard let name = ["https://", "http://"].first(where: scheme.hasPrefix) else { return false }
        return text.utf8.count > name.utf8.count && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }

    /// Five parts of base64url; the second is empty when the key is agreed directly.
    private static func isCompactJWE(_ text: String) -> Bool {
        var dots = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "."): dots += 1
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                break
            default: return false
            }
        }
        return dots == 4
    }
}
