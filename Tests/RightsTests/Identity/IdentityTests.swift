import Rights
import Testing

@Suite("Identities in the form in which they are compared")
struct IdentityTests {
    @Test(
        "Different spellings of one identity meet",
        arguments: [
            (IdentityType.email, " Ann.Lee@Example.COM ", "ann.lee@example.com"),
            (.email, "A\u{308}nn@exa\u{308}mple.de", "änn@exämple.de"),
            (.email, "o'neil+tag@sub.example.co.uk", "o'neil+tag@sub.example.co.uk"),
            (.phone, "+49 (0) 30 / 1234-567", "+49301234567"), (.phone, "0049 30 1234567", "+49301234567"),
            (.phone, "tel:+1-202-555-0101", "+12025550101"),
            (.phone, "+44\u{A0}20\u{2011}7946\u{A0}0958", "+442079460958"),
            (.ipAddress, "192.0.2.1", "192.0.2.1"), (.ipAddress, "2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
            (.ipAddress, "::ffff:192.0.2.1", "192.0.2.1"), (.name, "  Erika   MUSTERMANN\u{A0}", "erika mustermann"),
            (.name, "Straße", "strasse"), (.name, "Ame\u{301}lie", "amélie"), (.socialHandle, " @Ann_Lee", "ann_lee"),
            (.iosAdvertisingID, "6D92078A-8246-4BA4-AE5B-76104861E7DC", "6d92078a-8246-4ba4-ae5b-76104861e7dc"),
            (.androidID, "9774D56D682E549C", "9774d56d682e549c"), (.controllerCustomerID, " C-17 ", "C-17"),
        ]
    )
    func meets(_ type: IdentityType, _ text: String, _ normal: String) {
        #expect(Identity.normalise(text, as: type) == normal)
    }

    @Test(
        "What is none is refused",
        arguments: [
            (IdentityType.email, ""), (.email, "ann"), (.email, "@example.com"), (.email, "ann@localhost"),
            (.email, "ann@-x.com"),
            (.email, "a nn@example.com"), (.email, "ann@exam ple.com"), (.email, "ann@example..com"),
            (.email, "ann.@example.com"),
            (.email, "a..b@example.com"), (.email, "<ann@example.com>"), (.email, "ann@example.com\nBcc"),
            (.email, "ann@exa\u{2028}mple.com"),
            (.email, "a\u{0}@example.com"), (.email, "\"a b\"@example.com"), (.email, "ann@[192.0.2.1]"),
            (.phone, "030 1234567"),
            (.phone, "+0301234567"), (.phone, "+49"), (.phone, "+1234567890123456"), (.phone, "+49 30 12 ext 5"),
            (.phone, "++491234567"),
            (.ipAddress, "1.2.3"), (.ipAddress, "01.2.3.4"), (.ipAddress, "fe80::1%eth0"), (.ipAddress, "[::1]"),
            (.ipAddress, "1.2.3.4:80"),
            (.name, " "), (.name, "a\nb"), (.socialHandle, "@"), (.socialHandle, "a b"), (.androidID, "zz"),
            (.iosAdvertisingID, "00000000-0000-0000-0000-000000000000"), (.controllerCustomerID, "  "),
        ]
    )
    func refuses(_ type: IdentityType, _ text: String) {
        #expect(Identity.normalise(text, as: type) == nil)
    }

    @Test("Normalising twice is normalising once", arguments: IdentityType.allCases)
    func idempotent(_ type: IdentityType) {
        var random = SplitMix(state: 5)
        let alphabet = Array("aAzZ09+@.-_()/ \u{A0}\u{301}äÄßẞéİıſΣςǅﬁ한글😀'\u{2011}".unicodeScalars)
        var accepted = 0
        for _ in 0..<4_000 {
            let seed =
                ["", "ann@example.com", "+49 30 123456", "2001:db8::", "9774d56d682e"].randomElement(using: &random)
                ?? ""
            var scalars = Array(seed.unicodeScalars)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let place = Int.random(in: 0...scalars.count, using: &random)
                scalars.insert(alphabet.randomElement(using: &random) ?? "a", at: place)
            }
            let text = String(String.UnicodeScalarView(scalars))
            guard let once = Identity.normalise(text, as: type) else { continue }
            accepted += 1
            let twice = Identity.normalise(once, as: type)
            #expect(twice.map { Array($0.utf8) } == Array(once.utf8))
        }
        #expect(accepted > 50)
    }

    @Test("An identity prints its kind of value never")
    func redacted() throws {
        let identity = try #require(Identity(.email, "canary@example.com"))
        var dumped = ""
        dump(identity, to: &dumped)
        #expect(!"\(identity)\(String(reflecting: identity))\([identity])\(dumped)".contains("canary"))
        #expect(Identity.normalisationVersion == 1)
    }
}
