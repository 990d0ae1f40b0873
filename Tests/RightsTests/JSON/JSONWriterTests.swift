import Foundation
import Rights
import Testing

@Suite("The JSON writer")
struct JSONWriterTests {
    @Test(
        "takes the members of an object that is written already",
        arguments: [
            ("{}", #"{"a":1,"z":2}"#), (" { \n } ", #"{"a":1,"z":2}"#),
            (#"{"b":{"c":[]}}"#, #"{"a":1,"b":{"c":[]},"z":2}"#),
            (#"{"b":"}"}"#, #"{"a":1,"b":"}","z":2}"#),
        ]
    )
    func members(object: String, whole: String) {
        var writer = JSONWriter()
        writer.object {
            $0.member("a", 1)
            $0.members(of: Array(object.utf8))
            $0.member("z", 2)
        }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == whole)
    }

    @Test("begins with them as well")
    func first() {
        var writer = JSONWriter()
        writer.object {
            $0.members(of: Array(#"{"b":1}"#.utf8))
            $0.member("z", 2)
        }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"b":1,"z":2}"#)
    }

    @Test("writes identifiers in lower case, every digit of them")
    func identifiers() throws {
        for _ in 0..<200 {
            let id = UUID()
            #expect(id.lowercaseText == id.uuidString.lowercased())
        }
        let id = try #require(UUID(uuidString: "0123ABCD-4567-89EF-FEDC-BA9876543210"))
        #expect(id.lowercaseText == "0123abcd-4567-89ef-fedc-ba9876543210")
    }
}
