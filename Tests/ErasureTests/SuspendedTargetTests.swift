import Foundation
import Rights
import Testing

@testable import Erasure

@Suite("Targets that were about to be asked when a hold came")
struct SuspendedTargetTests {
    @Test("K18, C8: they wait like those whose turn had not come, and the case is held")
    func held() {
        let acting = FanOutProgressTests.target("a", .acting)
        let targets = [acting, FanOutProgressTests.target("b", .waiting), FanOutProgressTests.target("c", .verified)]
        let progress = FanOutProgress(targets, at: FanOutProgressTests.now)
        #expect(progress.verdict(isHeld: true, answerBy: nil) == .goesOn, "one that is being asked is waited for")
        #expect(progress.verdict(isHeld: true, suspended: [acting.id], answerBy: nil) == .held)
        #expect(progress.verdict(isHeld: false, suspended: [acting.id], answerBy: nil) == .goesOn)
    }
}
