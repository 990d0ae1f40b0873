import Rights

extension BadInput {
    private static func spliced(_ bytes: [UInt8], into text: String = Sample.request(adding: #""message":"@MARK@""#))
        -> [UInt8]
    {
        let parts = text.split(separator: "@MARK@", maxSplits: 1)
        return Array(parts[0].utf8) + bytes + Array(parts[1].utf8)
    }

    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    /// What is wrong with the bytes.
    static let text: [BadInput] = [
        .init("empty", "", "body", .notJSON),
        .init("only space", "  \n", "body", .notJSON),
        .init("not JSON", "hello", "body", .notJSON),
        .init("XML", "<event/>", "body", .notJSON),
        .init("cut off", String(Sample.request.dropLast(9)), "body", .notJSON),
        .init("bytes behind the end", Sample.request + "{}", "body", .notJSON),
        .init("trailing comma", Sample.request(#""form","#, #""form",,"#), "body", .notJSON),
        .init("comment", "/* */" + Sample.request, "body", .notJSON),
        .init("byte order mark", "\u{FEFF}" + Sample.request, "body", .notJSON),
        .init("single quotes", Sample.request(#""form""#, "'form'"), "body", .notJSON),
        .init("leading zero", Sample.request(adding: #""x":01"#), "body", .notJSON),
        .init("plus sign", Sample.request(adding: #""x":+1"#), "body", .notJSON),
        .init("bare fraction", Sample.request(adding: #""x":1."#), "body", .notJSON),
        .init("NaN", Sample.request(adding: #""x":NaN"#), "body", .notJSON),
        .init("unknown escape", Sample.request(adding: #""message":"\x41""#), "body", .notJSON),
        .init("duplicate key", Sample.request(adding: #""channel":"api""#), "data.channel", .duplicateKey),
        .init(
            "duplicate key by escape",
            Sample.request(adding: #""ch\u0061nnel":"api""#),
            "data.channel",
            .duplicateKey
        ),
        .init("duplicate id", Sample.request(#"{"specversion""#, #"{"id":"x","specversion""#), "id", .duplicateKey),
        .init(
            "duplicate among many",
            Sample.request(adding: (0..<60).map { "\"k\($0 % 59)\":1" }.joined(separator: ",")),
            "data.k0",
            .duplicateKey
        ),
        .init("invalid UTF-8", bytes: spliced([0xFF]), "data.message", .invalidText),
        .init("overlong UTF-8", bytes: spliced([0xC0, 0xAF]), "data.message", .invalidText),
        .init("UTF-8 surrogate", bytes: spliced([0xED, 0xA0, 0x80]), "data.message", .invalidText),
        .init("beyond Unicode", bytes: spliced([0xF4, 0x90, 0x80, 0x80]), "data.message", .invalidText),
        .init("half a character", bytes: spliced([0xE2, 0x82]), "data.message", .invalidText),
        .init("raw NUL", bytes: spliced([0]), "data.message", .invalidText),
        .init("raw line feed", bytes: spliced([0x0A]), "data.message", .invalidText),
        .init("escaped NUL", Sample.request(adding: #""message":"a\u0000b""#), "data.message", .invalidText),
        .init("lone high surrogate", Sample.request(adding: #""message":"\ud800""#), "data.message", .invalidText),
        .init("lone low surrogate", Sample.request(adding: #""message":"\udc00""#), "data.message", .invalidText),
        .init(
            "two high surrogates",
            Sample.request(adding: #""message":"\ud800\ud800""#),
            "data.message",
            .invalidText
        ),
        .init("NUL in an unknown field", Sample.request(adding: #""x":"\u0000""#), "data.x", .invalidText),
        .init("number beyond a double", Sample.request(adding: #""x":1e400"#), "data.x", .outOfRange),
        .init("too deep", Sample.request(adding: "\"x\":\(nested(8))"), "data.x[0][0][0][0][0][0]", .tooDeep),
        .init("5,000 deep", nested(5_000), "[0][0][0][0][0][0][0][0]", .tooDeep),
        .init(
            "too large",
            Sample.request(adding: "\"x\":\"\(String(repeating: "a", count: 256 << 10))\""),
            "body",
            .tooLarge
        ),
        .init("5 MB", bytes: [UInt8](repeating: 0x20, count: 5 << 20), "body", .tooLarge),
    ]

    /// What is wrong with the envelope.
    static let envelope: [BadInput] = [
        .init("a list", "[\(Sample.request)]", "body", .notCloudEvent),
        .init("a string", #""event""#, "body", .notCloudEvent),
        .init("JSON but no CloudEvent", #"{"hello":"world"}"#, "specversion", .notCloudEvent),
        .init("old specversion", Sample.request(#""1.0""#, #""0.3""#), "specversion", .unknownSpecVersion),
        .init("numeric specversion", Sample.request(#""1.0""#, "1.0"), "specversion", .wrongType),
        .init("no id", Sample.request(#""id":"e-1","#, ""), "id", .missing),
        .init("empty id", Sample.request(#""e-1""#, #""""#), "id", .empty),
        .init("blank id", Sample.request(#""e-1""#, #""  ""#), "id", .empty),
        .init("numeric id", Sample.request(#""e-1""#, "7"), "id", .wrongType),
        .init("long id", Sample.request("e-1", String(repeating: "e", count: 256)), "id", .tooLong),
        .init("id of two lines", Sample.request("e-1", #"e\n1"#), "id", .badFormat),
        .init("no source", Sample.request(#""source":"/shop","#, ""), "source", .missing),
        .init("no type", Sample.request(#""type":"io.habeas.request.submitted.v1","#, ""), "type", .missing),
        .init("unknown type", Sample.request("request.submitted", "request.imagined"), "type", .unknownType),
        .init("foreign type", Sample.request("io.habeas.request", "com.example.request"), "type", .unknownType),
        .init("unknown version", Sample.request("submitted.v1", "submitted.v2"), "type", .unknownVersion),
        .init(
            "XML data",
            Sample.request(#""data":"#, #""datacontenttype":"text/xml","data":"#),
            "datacontenttype",
            .notInList
        ),
        .init("bad event time", Sample.request(#""data":"#, #""time":"today","data":"#), "time", .badTime),
        .init(
            "no data",
            #"{"specversion":"1.0","id":"1","source":"/s","type":"io.habeas.fee.paid.v1"}"#,
            "data",
            .missing
        ),
        .init(
            "base64 data",
            #"{"specversion":"1.0","id":"1","source":"/s","type":"io.habeas.fee.paid.v1","data_base64":"e30="}"#,
            "data_base64",
            .notCloudEvent
        ),
        .init("data as text", Sample.event("fee.paid", #""{}""#), "data", .wrongType),
    ]
}
