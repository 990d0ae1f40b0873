import Crypto
import Foundation

/// A string that occurs nowhere else, and every form in which it could be written down.
package struct Canary: Sendable {
    /// Letters and digits in mixed case.
    package let word: String
    /// A telephone number of its own: seventeen letters do not fit into one.
    package let phone: String

    package init() {
        let letters = Array("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        word = "Qx" + String((0..<18).map { _ in letters.randomElement() ?? "q" })
        phone = "+4930" + String((0..<9).map { _ in Character(String(Int.random(in: 1...9))) })
    }

    package var email: String { "\(word)@example.com" }
    package var name: String { "Zoë \(word) d'Arc" }

    package struct Trace: Sendable {
        package let kind: String
        /// In lower case, as what is searched is.
        package let text: String
    }

    /// What to search for: each in the clear and as the hex of its bytes, which is how byte columns read.
    package var traces: [Trace] {
        var forms: [(kind: String, text: String)] = []
        for plain in [word, phone, String(phone.dropFirst())] {
            forms.append(("plain", plain))
            forms.append(("lower case", plain.lowercased()))
            for offset in 0..<3 { forms.append(("base64 at \(offset)", Self.base64(plain, offset))) }
            for offset in 0..<3 {
                forms.append(("base64 of lower case at \(offset)", Self.base64(plain.lowercased(), offset)))
            }
        }
        forms.append(("url-encoded", name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? name))
        for value in [word, email, name, phone, String(phone.dropFirst())] {
            for text in Set([value, value.lowercased()]) {
                let data = Data(text.utf8)
                forms.append(("MD5", Self.hex(Insecure.MD5.hash(data: data))))
                forms.append(("SHA-1", Self.hex(Insecure.SHA1.hash(data: data))))
                forms.append(("SHA-256", Self.hex(SHA256.hash(data: data))))
            }
        }
        return forms.flatMap { form in
            [
                Trace(kind: form.kind, text: form.text.lowercased()),
                Trace(kind: form.kind + ", in bytes", text: Self.hex(form.text.utf8)),
                Trace(kind: form.kind + ", in lower-case bytes", text: Self.hex(form.text.lowercased().utf8)),
            ]
        }
    }

    /// The characters that the base64 of any text has which holds `plain` at an offset of that remainder.
    private static func base64(_ plain: String, _ offset: Int) -> String {
        let padded = Data(repeating: 0, count: offset) + Data(plain.utf8)
        let whole = padded.count / 3 * 3
        let encoded = Data(padded.prefix(whole)).base64EncodedString()
        return String(encoded.dropFirst(offset == 0 ? 0 : 4))
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
