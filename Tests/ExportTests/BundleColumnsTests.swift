import Testing

@testable import Export

@Suite("Columns of rows that say their own")
struct BundleColumnsTests {
    private static func names(_ text: String, block: Int) -> [String] {
        var columns = BundleColumns()
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            bytes[start..<min(start + block, bytes.count)].withUnsafeBytes { columns.read($0) }
            start += block
        }
        return columns.names
    }

    @Test(
        "are the members of all rows, each once, in the order in which they come, wherever blocks end",
        arguments: [1, 7, 1_000]
    )
    func union(_ block: Int) {
        let rows = """
            {"id":1,"na\\u006de":"Ann","tags":{"vip":true,"id":2}}
            {"name":"Bob","since":"2020","id":2}

            [1,2]
            {"é":[],"id":null}

            """
        #expect(Self.names(rows, block: block) == ["id", "name", "tags", "since", "é"])
    }

    @Test("are no more than a sheet is read with, and of no more rows than are looked at")
    func limits() {
        let wide = "{" + (0..<300).map { #""c\#($0)":0"# }.joined(separator: ",") + "}\n"
        #expect(Self.names(wide, block: 64).count == 256)
        let long = String(repeating: "{\"a\":1}\n", count: 10_000) + "{\"b\":1}\n"
        #expect(Self.names(long, block: 4_096) == ["a"])
    }
}
