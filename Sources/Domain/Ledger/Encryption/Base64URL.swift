import FoundationEssentials

/// The base64 of RFC 7515: `-` and `_` in place of `+` and `/`, and nothing at the end.
package enum Base64URL {
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let letters = Data(bytes).base64EncodedString().utf8.compactMap { letter -> UInt8? in
            switch letter {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: letter
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// Nil for whatever ``encode(_:)`` would not have written, so that no value has two spellings.
    package static func decode(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(where: { "+/=".utf8.contains($0) }) else { return nil }
        let letters = text.utf8.map { letter -> UInt8 in
            switch letter {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: letter
            }
        }
        let padding = [UInt8](repeating: UInt8(ascii: "="), count: (4 - letters.count % 4) % 4)
        guard let data = Data(base64Encoded: Data(letters + padding)), encode(data) == text else { return nil }
        return [UInt8](data)
    }
}
