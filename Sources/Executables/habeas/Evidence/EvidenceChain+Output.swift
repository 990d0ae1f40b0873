import Ledger

extension EvidenceChain {
    var hexHead: String {
        head.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }

    var json: JSONValue {
        ["chain": JSONValue(id), "facts": .integer(sequence), "head": .string(hexHead)]
    }

    /// For people: how many facts, and as much of the head as it takes to tell two apart.
    var text: String { "\(sequence) fact\(sequence == 1 ? "" : "s"), head \(hexHead.prefix(16))" }
}
