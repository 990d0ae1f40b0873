import FoundationEssentials

/// A part of a mail: UTF-8 text in lines of at most 76 ASCII bytes, as quoted-printable or base64, whichever is shorter.
struct MailText {
    /// The name for `Content-Transfer-Encoding`.
    let encoding: String
    /// Lines with their ends.
    let encoded: String

    init(_ text: String) {
        let lines = Self.lines(of: text)
        let bytes = Array(lines.joined(separator: "\r\n".utf8))
        let special = bytes.count { $0 >= 0x7F }
        if special * 6 < bytes.count || bytes.isEmpty {
            encoding = "quoted-printable"
            var text: [UInt8] = []
            text.reserveCapacity(bytes.count * 9 / 8)
            for line in lines {
                Self.quote(line, to: &text)
                text += "\r\n".utf8
            }
            encoded = String(decoding: text, as: UTF8.self)
        } else {
            encoding = "base64"
            let letters = Data(bytes).base64EncodedData()
            encoded =
                stride(from: 0, to: letters.count, by: 76).map { start in
                    String(decoding: letters[start..<min(start + 76, letters.count)], as: UTF8.self)
                }.joined(separator: "\r\n") + "\r\n"
        }
    }

    /// Ended by any of CR LF, LF and CR.
    private static func lines(of text: String) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte == 0x0D || byte == 0x0A {
                if !(byte == 0x0A && previous == 0x0D) { lines.append([]) }
            } else {
                lines[lines.count - 1].append(byte)
            }
            previous = byte
        }
        return lines
    }

    private static func quote(_ line: [UInt8], to text: inout [UInt8]) {
        var length = 0
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            let isBlank = byte == 0x20 || byte == 0x09
            let isLiteral = isBlank ? !isLast : (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
            let size = isLiteral ? 1 : 3
            // The last position of a line that goes on is the sign that it does.
            if length + size > (isLast ? 76 : 75) {
                text += "=\r\n".utf8
                length = 0
            }
            if isLiteral {
                text.append(byte)
            } else {
                text.append(UInt8(ascii: "="))
                text.append(hex[Int(byte >> 4)])
                text.append(hex[Int(byte & 0x0F)])
            }
            length += size
        }
    }

    private static let hex = Array("0123456789ABCDEF".utf8)
}
