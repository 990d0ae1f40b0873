import Rights
import Testing

@Suite("Strict JSON")
struct JSONScannerTests {
    private func reason(_ text: String, depth: Int = 9) -> JSONFault.Reason? {
        JSONScanner.scan(Array(text.utf8), maximumDepth: depth).fault?.reason
    }

    @Test(
        "Every form of RFC 8259 is read",
        arguments: [
            "{}", "[]", " [ ] ", "\"\"", "0", "-0", "1.5e+3", "1E-2", "true", "false", "null",
            #"{"a":[1,{"b":null}],"c":"d"}"#,
            #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, "\"\u{7F}é€😀\"", "[1,2 ,\t3\n]", "1e308", "5e-400",
        ]
    )
    func accepts(_ text: String) {
        #expect(reason(text) == nil)
    }

    @Test(
        "What is not JSON is refused",
        arguments: [
            "", " ", "{", "}", "[", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "[1 2]", "01", "-", ".5",
            "1.", "1e", "tru",
            "nulll", "\"", "\"\\\"", "\"\\q\"", "\"\\u12\"", "[1]]", "{\"a\":1}{", "'a'", "\u{FEFF}{}",
        ]
    )
    func refuses(_ text: String) {
        #expect(reason(text) == .syntax)
    }

    @Test("Depth is counted and refused at the limit")
    func depth() {
        #expect(reason("[[[]]]", depth: 3) == nil)
        #expect(reason("[[[[]]]]", depth: 3) == .depth)
        #expect(reason(String(repeating: "{\"a\":", count: 100_000)) == .depth)
    }

    @Test("Keys are compared as they mean, in small objects and large ones")
    func duplicates() {
        #expect(reason(#"{"a":1,"b":2,"a":3}"#) == .duplicateKey)
        #expect(reason(#"{"é":1,"\u00e9":2}"#) == .duplicateKey)
        #expect(reason(#"{"a":{"a":1},"b":{"a":1}}"#) == nil)
        let many = (0..<5_000).map { "\"k\($0)\":0" }
        #expect(reason("{\(many.joined(separator: ","))}") == nil)
        #expect(reason("{\((many + ["\"k17\":0"]).joined(separator: ","))}") == .duplicateKey)
    }

    @Test("Integers are exact to 64 bits")
    func integers() {
        func integer(_ text: String) -> Int64? {
            JSONScanner.scan(Array(text.utf8), maximumDepth: 1).document.integer(0)
        }
        #expect(integer("9223372036854775807") == .max)
        #expect(integer("-9223372036854775808") == .min)
        #expect(integer("9223372036854775808") == nil)
        #expect(integer("1.0") == 1)
        #expect(integer("2e3") == 2_000)
        #expect(integer("1.5") == nil)
        #expect(reason("1e309") == .number)
        #expect(reason(String(repeating: "9", count: 400)) == .number)
    }

    @Test("Strings come out as they mean")
    func strings() {
        let document = JSONScanner.scan(Array(#"["plain","\u00e9\n\ud83d\ude00\/"]"#.utf8), maximumDepth: 1).document
        #expect(document.string(1) == "plain")
        #expect(document.string(2) == "é\n😀/")
    }

    @Test("Hostile sizes cost no more than their bytes")
    func hostile() {
        let clock = ContinuousClock()
        let keys = "{" + (0..<30_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        let spent = clock.measure { #expect(reason(keys) == nil) }
        #expect(spent < .seconds(5))
    }
}
