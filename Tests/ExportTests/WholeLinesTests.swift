import Testing

@testable import Export

@Suite("Whole lines of blocks")
struct WholeLinesTests {
    private static let text = Array("{\"a\":1}\n{}\n\n{\"b\":\"long enough for several blocks\"}\n{\"c\":3}\n".utf8)

    @Test(
        "N7: wherever blocks are cut, what comes out is the same, and each block ends with a line",
        arguments: 1...text.count
    )
    func cut(_ size: Int) {
        var lines = WholeLines()
        var found: [UInt8] = []
        for start in stride(from: 0, to: Self.text.count, by: size) {
            Self.text[start..<min(start + size, Self.text.count)].withUnsafeBytes { block in
                lines.take(block) { whole in
                    #expect(whole.last == UInt8(ascii: "\n"))
                    found.append(contentsOf: whole)
                }
            }
        }
        #expect(found == Self.text && lines.isWhole)
    }

    @Test("a line that never ends is not given out, and is told")
    func cutShort() {
        var lines = WholeLines()
        var found: [UInt8] = []
        Array("{}\n{\"a\":".utf8).withUnsafeBytes { block in lines.take(block) { found.append(contentsOf: $0) } }
        #expect(found == Array("{}\n".utf8) && !lines.isWhole)
    }
}
