import Foundation
import Ledger
import Rights
import TestKit
import Testing

@Suite("Sealed lists of people")
struct SealedPeopleTests {
    @Test("What was sealed for this installation opens; what was not is refused with what to do")
    func opened() throws {
        let ring = try KeyRing(parsing: KeyRing.newFile())
        let list = Array(#"[{"type":"email","value":"ann@example.org"}]"#.utf8)
        let sealed = try #require(ring.intake?.receiver).seal(list)
        #expect(try AffectedPeople(opening: sealed, at: "list", with: ring).count == 1)
        let others = try ReceiverKey(jwk: SealedReceiver().publicJWK).seal(list)
        let strange = #expect(throws: EventFault.self) { try AffectedPeople(opening: others, at: "list", with: ring) }
        #expect(strange?.field == "list" && strange?.fault == .notOpened)
        let bare = try KeyRing(
            parsing: KeyRing.newFile().split(separator: "\n").filter { !$0.hasPrefix("intake") }.joined(separator: "\n")
        )
        let keyless = #expect(throws: EventFault.self) { try AffectedPeople(opening: sealed, at: "list", with: bare) }
        #expect(keyless?.remedy.contains("subjects_approx") == true)
    }
}
