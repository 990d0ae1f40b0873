import Ledger
import Testing

@testable import Fleet

@Suite("What a worker takes ahead")
struct CallPaceTests {
    @Test(
        "A2: the quicker a target answers the more is in hand for it, and nothing where it is slow or nobody has called it",
        arguments: [(5, 12), (20, 10), (50, 4), (100, 2), (200, 1), (400, 0), (20_000, 0)]
    )
    func depth(_ milliseconds: Int, _ depth: Int) {
        let pace = CallPace()
        #expect(pace.depth(at: "crm") == 0)
        pace.note(.milliseconds(milliseconds), at: "crm")
        #expect(pace.depth(at: "crm") == depth && pace.depth(at: "mailer") == 0)
    }

    @Test("a target that gets slower is given less ahead after a few calls")
    func slower() {
        let pace = CallPace()
        pace.note(.milliseconds(10), at: "crm")
        for _ in 0..<10 { pace.note(.seconds(2), at: "crm") }
        #expect(pace.depth(at: "crm") == 0)
    }

    @Test("a target is well when it was found so, and not before")
    func health() {
        let pace = CallPace()
        var target = TargetRecord(id: "crm")
        #expect(!pace.isWell("crm"))
        pace.note([target])
        #expect(pace.isWell("crm"))
        target.failures = 1
        pace.note([target])
        #expect(!pace.isWell("crm"))
    }
}
