import Foundation
import Ledger
import Testing

@Suite("A client's token")
struct TokenTests {
    @Test("is found by its prefix, holds 256 random bits, and reads back as itself only")
    func text() throws {
        let token = ClientToken(at: Date())
        #expect(token.text.hasPrefix("habeas_ct_"))
        #expect(token.text.utf8.count == 10 + 32 + 1 + 43)
        let read = try #require(ClientToken(token.text))
        #expect(read.id == token.id && read.matches(token.digest))
        #expect(!ClientToken(at: Date()).matches(token.digest))
        #expect(!"\(token)".contains(token.text) && !"\(token)".contains("habeas_ct_"))
    }

    @Test("is nothing else", arguments: ["", "habeas_ct_", "habeas_ct_x", "Bearer"])
    func others(_ text: String) {
        #expect(ClientToken(text) == nil)
    }

    @Test("has one spelling")
    func spelling() {
        let text = ClientToken(at: Date()).text
        #expect(ClientToken(text + "=") == nil)
        #expect(ClientToken(text.uppercased()) == nil)
        #expect(ClientToken(String(text.dropLast())) == nil)
        #expect(ClientToken(text + "A") == nil)
    }
}
