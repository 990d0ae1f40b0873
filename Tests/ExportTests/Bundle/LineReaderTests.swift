import Testing

@testable import Export

@Suite("A reader of lines")
struct LineReaderTests {
    /// The cells of one line as they stand there; nil where it is refused.
    static func cells(_ line: String, _ columns: [String]) -> [String?]? {
        let reader = LineReader(columns)
        return Array((line + "\n").utf8).withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress, let next = try? reader.read(start, start + bytes.count) else {
                return nil
            }
            #expect(next == start + bytes.count)
            return columns.indices.map { column in
                guard reader[column].kind != .absent else { return nil }
                let text = UnsafeBufferPointer(start: reader[column].start, count: reader[column].count)
                return String(decoding: text, as: UTF8.self)
            }
        }
    }

    @Test("finds the values of the columns, in whatever order they come")
    func order() {
        let columns = ["a", "b", "c"]
        #expect(Self.cells(#"{"a":1,"b":"x","c":null}"#, columns) == ["1", "x", "null"])
        #expect(
            Self.cells(#"{"c":true,"a":[1,{"b":2}],"b":{"a":"}"}}"#, columns) == [
                "[1,{\"b\":2}]", "{\"a\":\"}\"}", "true",
            ]
        )
        #expect(Self.cells(#" { "b" : -1.5e+3 , "x" : "a\"b" } "#, columns) == [nil, "-1.5e+3", nil])
        #expect(Self.cells("{}\r", columns) == [nil, nil, nil])
        #expect(Self.cells(#"{"b":"\\","a":"\"\\\""}"#, columns) == [#"\"\\\""#, #"\\"#, nil])
        #expect(Self.cells(#"{"\u0061":1,"\u00e9":2}"#, ["a", "é"]) == ["1", "2"])
        #expect(Self.cells(#"{"":1}"#, [""]) == ["1"])
    }

    @Test("finds each of very many columns")
    func many() {
        let columns = (0..<3_000).map { "column_\($0)" }
        let line = "{" + columns.reversed().map { "\"\($0)\":\($0.dropFirst(7))" }.joined(separator: ",") + "}"
        #expect(Self.cells(line, columns) == columns.map { String($0.dropFirst(7)) })
    }

    @Test(
        "refuses what is no object",
        arguments: [
            "", " ", "[]", "1", "null", #""a""#, #"{"a":1"#, #"{"a":1}}"#, #"{"a":1} {"a":1}"#, #"{"a":01}"#,
            #"{"a":+1}"#, "{a:1}",
            #"{"a" 1}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":"x}"#, #"{"a":"x\"#, #"{"a":"x\""#, #"{"a":nul}"#,
            #"{"a":truex}"#, #"{"a":-}"#,
            #"{"a":1.}"#, #"{"a":1e}"#, #"{"a":.5}"#, #"{"a":[1}"#, #"{"a":{"b":"c"}"#, #"{"a":["}"#, "{", #"{"a"#,
            #"{"a":"#, #"{"a":NaN}"#,
            #"{"a":1}x"#, "\u{FEFF}{}", "{\"a\":\u{0}}",
        ]
    )
    func refused(_ line: String) {
        #expect(Self.cells(line, ["a", "b"]) == nil)
    }

    @Test("finds the end of texts of every length and at every place")
    func lengths() {
        for length in 0..<40 {
            let text = String(repeating: "é", count: length / 2) + String(repeating: "x", count: length - length / 2)
            for ending in ["", "\\n", "\\\"", "\u{07}"] {
                #expect(Self.cells("{\"a\":\"\(text)\(ending)\",\"b\":1}", ["a", "b"]) == ["\(text)\(ending)", "1"])
            }
        }
    }
}
