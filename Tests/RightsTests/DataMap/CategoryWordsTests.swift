import Rights
import Testing

@Suite("Words about what a system holds")
struct CategoryWordsTests {
    @Test("are those of the category, else those of all")
    func one() {
        let words = CategoryWords("a year", byCategory: ["invoices": "eight years"])
        #expect(words["invoices"] == "eight years" && words["contacts"] == "a year")
        #expect(CategoryWords()["contacts"] == nil)
    }

    @Test("of several categories name each, unless they are the same for all")
    func several() {
        let words = CategoryWords("a year", byCategory: ["invoices": "eight years"])
        #expect(words.text(of: ["contacts", "invoices"]) == "contacts: a year; invoices: eight years")
        #expect(words.text(of: ["contacts", "tickets"]) == "a year" && words.text(of: []) == "a year")
        // What nobody has said of a category is not said by the words of another.
        let invoices = CategoryWords(byCategory: ["invoices": "eight years"])
        #expect(invoices.text(of: ["contacts", "invoices"]) == "invoices: eight years")
        #expect(invoices.text(of: ["contacts"]) == nil && invoices.text(of: []) == nil)
    }
}
