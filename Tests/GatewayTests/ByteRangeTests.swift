import Testing

@testable import Gateway

@Suite("Which bytes of a bundle are asked for")
struct ByteRangeTests {
    @Test(
        "first, middle and last bytes, what lies outside, and what is no range",
        arguments: [
            ("bytes=0-0", ByteRange.part(0..<1)), ("bytes=2-4", .part(2..<5)), ("bytes=7-", .part(7..<10)),
            ("bytes=-3", .part(7..<10)), ("bytes=-30", .part(0..<10)), ("bytes=5-99", .part(5..<10)),
            ("bytes=10-", .outside), ("bytes=10-11", .outside), ("bytes=-0", .outside), ("bytes=4-2", .whole),
            ("bytes=0-1,3-4", .whole), ("bytes=-", .whole), ("lines=0-1", .whole),
        ]
    )
    func ranges(header: String, expected: ByteRange) {
        #expect(ByteRange(header, of: 10) == expected)
    }

    @Test("No header is the whole, and nothing of an empty bundle can be had in parts")
    func edges() {
        #expect(ByteRange(nil, of: 10) == .whole)
        #expect(ByteRange("bytes=0-", of: 0) == .outside)
        #expect(ByteRange("bytes=-1", of: 0) == .outside)
    }
}
