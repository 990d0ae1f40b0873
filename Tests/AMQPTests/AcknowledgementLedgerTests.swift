import Testing

@testable import AMQP

@Suite("The ledger of acknowledgements")
struct AcknowledgementLedgerTests {
    private func ledger(delivered count: UInt64) -> AcknowledgementLedger {
        var ledger = AcknowledgementLedger()
        for tag in 1...count { ledger.delivered(tag) }
        return ledger
    }

    @Test("tells a settled front in one frame")
    func front() {
        var ledger = ledger(delivered: 5)
        for tag: UInt64 in [3, 1, 2] { #expect(ledger.acknowledge(tag) == true) }
        #expect(ledger.takeFront() == 3)
        #expect(ledger.takeFront() == nil)
        #expect(ledger.untold == 0)
        #expect(ledger.outstanding == 2)
    }

    @Test("never tells past a delivery that is still with its handler")
    func gap() {
        var ledger = ledger(delivered: 4)
        for tag: UInt64 in [1, 3, 4] { _ = ledger.acknowledge(tag) }
        #expect(ledger.takeFront() == 1)
        #expect(ledger.untold == 2)
        #expect(ledger.takeStragglers() == [3, 4])
        #expect(ledger.acknowledge(2) == true)
        #expect(ledger.takeFront() == 2)
        #expect(ledger.outstanding == 0)
    }

    @Test("takes each tag once, and none that was never delivered")
    func once() {
        var ledger = ledger(delivered: 2)
        #expect(ledger.acknowledge(1) == true)
        #expect(ledger.acknowledge(1) == false)
        #expect(ledger.reject(1) == false)
        #expect(ledger.acknowledge(3) == false)
        #expect(ledger.acknowledge(0) == false)
        #expect(ledger.takeFront() == 1)
        #expect(ledger.acknowledge(1) == false)
    }

    @Test("steps over rejections, which are told on their own")
    func rejections() {
        var ledger = ledger(delivered: 3)
        #expect(ledger.reject(2) == true)
        #expect(ledger.takeFront() == nil)
        _ = ledger.acknowledge(1)
        _ = ledger.acknowledge(3)
        #expect(ledger.takeFront() == 3)
    }
}
