import Crypto
import FoundationEssentials

extension KeyRing {
    /// What a key of the file is for; the raw value is the first word of its line.
    package enum Kind: String, CaseIterable, Sendable {
        case kek, lookup, sign, intake

        /// With which the ids of new keys begin.
        fileprivate var letter: String {
            switch self {
            case .kek: "k"
            case .lookup: "l"
            case .sign: "s"
            case .intake: "i"
            }
        }

        /// A new key, in base64.
        func fresh() -> String {
            switch self {
            case .kek, .lookup, .sign: SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() }
            case .intake: IntakeKey.fresh().base64EncodedString()
            }
        }
    }

    /// The ids of this kind, in the order of the file: the first is in use.
    package func ids(of kind: Kind) -> [String] {
        switch kind {
        case .kek: keyEncryptionKeys.map(\.id)
        case .lookup: lookupKeys.map(\.id)
        case .sign: signingKeys.map(\.id)
        case .intake: intakeKeys.map(\.id)
        }
    }

    /// A line with a fresh key for the end of a key file, under an id that the file does not have.
    ///
    /// At the end, so that nothing uses it while some workers do not have it: it is in use once its line is the first of its kind,
    /// which it is at once where the file has none of that kind.
    ///
    /// - Throws: where the file with that line would still be none.
    package static func line(
        adding kind: Kind,
        to text: String
    ) throws(KeyRingError) -> (line: String, id: String, isInUse: Bool) {
        let taken = Set(
            text.split(whereSeparator: \.isNewline).compactMap { line in
                line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).dropFirst().first.map(String.init)
            }
        )
        var number = 1
        while taken.contains("\(kind.letter)\(number)") { number += 1 }
        let id = "\(kind.letter)\(number)"
        let separator = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
        let line = "\(separator)\(kind.rawValue) \(id) \(kind.fresh())\n"
        let ring = try KeyRing(parsing: text + line)
        return (line, id, ring.ids(of: kind).first == id)
    }
}
