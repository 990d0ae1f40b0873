/// The name of a stand-in peer: letters, digits, `.`, `_` and `-`, so that it can stand in paths and be the name of a file.
struct PeerName: Hashable, Sendable, CustomStringConvertible {
    let text: String
    var description: String { text }

    init?(_ text: some StringProtocol) {
        guard (1...100).contains(text.utf8.count), text.first != ".", text.utf8.allSatisfy(Self.allows) else {
            return nil
        }
        self.text = String(text)
    }

    static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
