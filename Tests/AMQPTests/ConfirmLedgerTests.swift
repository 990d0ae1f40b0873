import Testing

@testable import AMQP

@Suite("The ledger of confirms")
struct ConfirmLedgerTests {
    private typealias Verdict = ConfirmLedger<String>.Verdict

    private func ledger(_ items: String...) -> ConfirmLedger<String> {
        var ledger = ConfirmLedger<String>()
        for item in items { ledger.sent(item) }
        return ledger
    }

    @Test("settles one by one, in any order, each once")
    func single() {
        var ledger = ledger("a", "b", "c")
        var settled: [String] = []
        for tag: UInt64 in [2, 2, 1, 3, 1, 9] {
            ledger.confirm(tag, multiple: false, nacked: false) { item, verdict in
                #expect(verdict == .confirmed)
                settled.append(item)
            }
        }
        #expect(settled == ["b", "a", "c"])
        #expect(ledger.count == 0)
    }

    @Test("settles all up to a number, and all there are for number 0")
    func multiple() {
        var ledger = ledger("a", "b", "c", "d")
        var settled: [String] = []
        ledger.confirm(2, multiple: false, nacked: true) { item, verdict in
            #expect(verdict == .nacked)
            settled.append(item)
        }
        ledger.confirm(3, multiple: true, nacked: false) { item, _ in settled.append(item) }
        #expect(settled == ["b", "a", "c"])
        ledger.confirm(0, multiple: true, nacked: false) { item, _ in settled.append(item) }
        #expect(settled == ["b", "a", "c", "d"])
    }

    @Test("gives a return to its own message, equal ones in order")
    func returns() {
        var ledger = ledger("x", "lost", "x", "lost")
        #expect(ledger.returned(code: 312, text: "NO_ROUTE", matches: { $0 == "lost" }) == true)
        #expect(ledger.returned(code: 312, text: "NO_ROUTE", matches: { $0 == "lost" }) == true)
        #expect(ledger.returned(code: 312, text: "NO_ROUTE", matches: { $0 == "lost" }) == false)
        var verdicts: [Verdict] = []
        ledger.confirm(4, multiple: true, nacked: false) { verdicts.append($1) }
        let gone = Verdict.unroutable(code: 312, text: "NO_ROUTE")
        #expect(verdicts == [.confirmed, gone, .confirmed, gone])
    }

    @Test("hands back what is unsettled when the channel goes, and counts from 1 again")
    func reset() {
        var ledger = ledger("a", "b", "c")
        ledger.confirm(2, multiple: false, nacked: false) { _, _ in }
        #expect(ledger.reset() == ["a", "c"])
        ledger.sent("d")
        var settled: [String] = []
        ledger.confirm(1, multiple: false, nacked: false) { item, _ in settled.append(item) }
        #expect(settled == ["d"])
    }
}
