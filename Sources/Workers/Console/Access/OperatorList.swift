import Crypto
import FoundationEssentials

/// Who may look, with the digest of each one's token. What is not a line `name:SHA-256 in hexadecimal` counts for nobody.
struct OperatorList: Sendable, Equatable {
    private(set) var digests: [String: [UInt8]] = [:]
    /// Numbers of lines that are none, from 1.
    private(set) var faultyLines: [Int] = []

    /// Operators at most.
    private static let most = 1_000

    /// Blank lines and those that begin with # say nothing.
    init(parsing text: String) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            guard !line.allSatisfy(\.isWhitespace), !line.hasPrefix("#") else { continue }
            guard let match = line.wholeMatch(of: /([A-Za-z0-9._-]{1,63}):([0-9a-fA-F]{64})/),
                digests[String(match.1)] == nil, digests.count < Self.most,
                let digest = Self.bytes(String(match.2))
            else {
                faultyLines.append(index + 1)
                continue
            }
            digests[String(match.1)] = digest
        }
    }

    /// Whether it is this operator's token. Takes as long for whoever is none.
    func admits(_ name: String, token: String) -> Bool {
        let known = digests[name]
        let isEqual = SHA256.hash(data: Data(token.utf8)) == known ?? [UInt8](repeating: 0, count: SHA256.byteCount)
        return isEqual && known != nil
    }

    private static func bytes(_ hex: String) -> [UInt8]? {
        let digits = Array(hex)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        return bytes.count == 32 ? bytes : nil
    }
}
