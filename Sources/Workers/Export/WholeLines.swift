/// Makes blocks of whole lines of blocks that end anywhere. Holds no more than the beginning of one line.
struct WholeLines {
    private static let lineEnd = UInt8(ascii: "\n")

    private var begun: [UInt8] = []

    /// Whether the last line that came has come to its end.
    var isWhole: Bool { begun.isEmpty }

    /// Takes the next block, and gives `body` what it completes.
    mutating func take(_ block: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        guard let last = block.lastIndex(of: Self.lineEnd) else { return begun.append(contentsOf: block) }
        var next = block.startIndex
        if !begun.isEmpty, let end = block.firstIndex(of: Self.lineEnd) {
            begun.append(contentsOf: block[...end])
            try begun.withUnsafeBytes(body)
            begun.removeAll(keepingCapacity: true)
            next = end + 1
        }
        if next <= last { try body(UnsafeRawBufferPointer(rebasing: block[next...last])) }
        begun.append(contentsOf: block[(last + 1)...])
    }
}
