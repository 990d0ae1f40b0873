import Rights
import Testing

@Suite("A template of a description")
struct HTTPTemplateTests {
    private static let values: [HTTPPlaceholder: String] = [
        .id: "7", .identity: "a/b?c=d&e \"ü", .value: "one\n\"two\"", .reference: "..", .key: "",
        .scope: "x\r\nEvil: 1", .client: "12x",
    ]

    @Test(
        "writes values so that they can be nothing but values",
        arguments: [
            ("/u/{identity}", HTTPTemplate.Form.path, "/u/a%2Fb%3Fc%3Dd%26e%20%22%C3%BC"),
            ("/u?q={identity}&n={id}", .path, "/u?q=a%2Fb%3Fc%3Dd%26e%20%22%C3%BC&n=7"),
            (#"{"a": "{value}", "n": {id}}"#, .json, #"{"a": "one\n\"two\"", "n": 7}"#),
            (#"{"{identity}": "\"{id}"}"#, .json, #"{"a/b?c=d&e \"ü": "\"7"}"#),
            ("a={identity}&b={value}", .form, "a=a%2Fb%3Fc%3Dd%26e%20%22%C3%BC&b=one%0A%22two%22"),
            ("id {id}", .line, "id 7"),
            ("{not a word} {", .line, "{not a word} {"),
        ]
    )
    func written(_ text: String, _ form: HTTPTemplate.Form, _ wanted: String) throws {
        #expect(try HTTPTemplate(text)?.filled(Self.values, as: form) == wanted)
    }

    @Test(
        "refuses values that could mean something else where they would stand",
        arguments: [
            ("/u/{reference}", HTTPTemplate.Form.path, HTTPTemplateFault.unsafe),
            ("/u/{key}", .path, .unsafe),
            ("/u/{scope}", .path, .unsafe),
            ("x {scope}", .line, .unsafe),
            (#"{"n": {client}}"#, .json, .unsafe),
            (#"{"n": {identity}}"#, .json, .unsafe),
            ("/u/{field}", .path, .missing),
        ]
    )
    func refused(_ text: String, _ form: HTTPTemplate.Form, _ fault: HTTPTemplateFault) throws {
        let template = try #require(HTTPTemplate(text))
        #expect(throws: fault) { try template.filled(Self.values, as: form) }
    }

    @Test(
        "asks for a first page without the parameter that a cursor is the value of",
        arguments: [
            ("/l?c={cursor}", "/l"), ("/l?a=1&c={cursor}", "/l?a=1"), ("/l?c={cursor}&a=1", "/l?a=1"),
            ("/{id}?a={id}&c={cursor}&b={id}", "/7?a=7&b=7"), ("/l?page%5Bafter%5D={cursor}&a={id}", "/l?a=7"),
            ("/l?page[after]={cursor}", "/l"),
        ]
    )
    func firstPage(_ text: String, _ first: String) throws {
        let template = try #require(HTTPTemplate(text))
        #expect(try template.firstPage?.filled(Self.values, as: .path) == first)
        let next = try template.filled(Self.values.merging([.cursor: "a&b=?"]) { $1 }, as: .path)
        #expect(next.contains("=a%26b%3D%3F"))
    }

    @Test(
        "knows none where the cursor is no value of a parameter",
        arguments: [
            "/l", "/l/{cursor}", "/l?c={cursor}x", "/l?c={cursor}{id}", "/l?c={cursor}&d={cursor}", "/l?c=x{cursor}",
        ]
    )
    func noFirstPage(_ text: String) throws {
        #expect(try #require(HTTPTemplate(text)).firstPage == nil)
    }

    @Test("knows its placeholders and no others")
    func placeholders() {
        #expect(HTTPTemplate("/u/{id}/{email}")?.placeholders == [.id, .known(.email)])
        #expect(HTTPTemplate("/u/{nobody}") == nil)
        #expect(Set(HTTPPlaceholder.names).count == HTTPPlaceholder.names.count)
        for name in HTTPPlaceholder.names { #expect(HTTPPlaceholder(name)?.name == name) }
    }
}
