import Ledger
import Rights
import Testing

@Suite("A keyed digest")
struct KeyedDigestTests {
    let digest: KeyedDigest
    let ring: KeyRing

    init() throws {
        ring = try KeyRing(parsing: KeyRing.newFile())
        digest = KeyedDigest(ring.looking)
    }

    @Test("is the same for the same parts and differs between purposes")
    func purposes() {
        let purposes: [KeyedDigest.Purpose] = [.identity, .dedupe, .content, .message]
        #expect(Set(purposes.map { digest.digest($0, "a", "b") }).count == purposes.count)
        #expect(digest.digest(.dedupe, "a", "b") == digest.digest(.dedupe, "a", "b"))
        #expect(digest.digest(.dedupe, "a").count == 32)
    }

    @Test("tells apart parts that run together alike")
    func unambiguous() {
        let lists: [[String]] = [
            ["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"], ["a", "b", "c"], [], [""], ["", ""],
            ["a\0b"], ["a", "\0b"],
        ]
        let digests = lists.map { list in digest.digest(.dedupe, list.map { Array($0.utf8) }) }
        #expect(Set(digests).count == lists.count)
    }

    @Test("gives the same person at two clients two hashes, and one without a client a third")
    func clients() throws {
        let ann = try #require(Identity(.email, "Ann@Example.com"))
        let same = try #require(Identity(.email, " ann@example.com "))
        let handle = try #require(Identity(.name, "ann@example.com"))
        let all = [
            digest.lookup(ann, client: "acme"), digest.lookup(ann, client: "globex"), digest.lookup(ann, client: nil),
            digest.lookup(handle, client: "acme"),
        ]
        #expect(Set(all).count == 4)
        #expect(digest.lookup(same, client: "acme") == all[0])
    }

    @Test("means nothing under another installation's key")
    func keyed() throws {
        let other = KeyedDigest(try KeyRing(parsing: KeyRing.newFile()).looking)
        #expect(other.digest(.identity, "x") != digest.digest(.identity, "x"))
        #expect(KeyedDigest(ring.looking).digest(.identity, "x") == digest.digest(.identity, "x"))
    }
}
