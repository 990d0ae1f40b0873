import Crypto
import Foundation
import Ledger
import Testing

@Suite("A key file")
struct KeyRingTests {
    static let good = Data(repeating: 0xA5, count: 32).base64EncodedString()

    @Test("as it is newly made parses, and two are never alike")
    func newFile() throws {
        let ring = try KeyRing(parsing: KeyRing.newFile())
        #expect(ring.wrapping.id == "k1")
        #expect(ring.looking.id == "l1")
        #expect(KeyRing.newFile() != KeyRing.newFile())
        #expect(ring.wrapping.key != ring.looking.key)
    }

    @Test("may hold comments, blank lines and several keys, of which the first of a kind is in use")
    func several() throws {
        let ring = try KeyRing(
            parsing:
                "# top\n\n  kek  a \(Self.good) # in use\nlookup x \(Self.good)\r\nkek b \(Self.good)\nlookup y \(Self.good)"
        )
        #expect(ring.wrapping.id == "a")
        #expect(ring.keyEncryptionKeys.map(\.id) == ["a", "b"])
        #expect(ring.lookupKeys.map(\.id) == ["x", "y"])
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let code: KeyRingError.Code
    }

    static let secret = "c2VjcmV0LXNlY3JldA=="
    static let bad: [Bad] = [
        Bad(testDescription: "an unknown kind", text: "kek k \(good)\nsalt \(secret) \(good)", code: .badLine(2)),
        Bad(testDescription: "a word missing", text: "kek \(good)", code: .badLine(1)),
        Bad(testDescription: "a word too many", text: "\n\nkek k \(good) \(secret)", code: .badLine(3)),
        Bad(testDescription: "a key too short", text: "kek k \(secret)", code: .badLine(1)),
        Bad(testDescription: "no base64", text: "# c\nkek k !!\(secret)!!", code: .badLine(2)),
        Bad(testDescription: "an id too long", text: "kek abcdefghijklmnopq \(good)", code: .badLine(1)),
        Bad(testDescription: "no wrapping key", text: "lookup l \(good)", code: .noKey("kek")),
        Bad(testDescription: "no look-up key", text: "kek k \(good)", code: .noKey("lookup")),
        Bad(testDescription: "nothing at all", text: "", code: .noKey("kek")),
    ]

    @Test("that is wrong is refused with its line and never with its content", arguments: bad)
    func refused(_ bad: Bad) throws {
        let error = #expect(throws: KeyRingError.self) { try KeyRing(parsing: bad.text) }
        #expect(error?.code == bad.code)
        let said = "\(try #require(error)) \(String(reflecting: error))"
        #expect(!said.contains(Self.secret) && !said.contains(Self.good))
        if case .badLine(let line) = bad.code { #expect(said.contains("line \(line)")) }
    }

    @Test(
        "is read from the disk only while nobody but its owner can",
        arguments: [0o600, 0o400, 0o640, 0o604, 0o660, 0o620]
    )
    func permissions(_ mode: Int) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(
            FileManager.default.createFile(
                atPath: path,
                contents: Data(KeyRing.newFile().utf8),
                attributes: [.posixPermissions: mode]
            )
        )
        if mode & 0o077 == 0 {
            _ = try KeyRing(file: path)
        } else {
            let error = #expect(throws: KeyRingError.self) { try KeyRing(file: path) }
            #expect(error?.code == .tooOpen)
        }
    }

    @Test("that is not there is called unreadable")
    func missing() throws {
        let error = #expect(throws: KeyRingError.self) { try KeyRing(file: "/nonexistent/keys") }
        #expect(error?.code == .unreadable)
    }

    @Test(
        "gets a fresh key at its end: in use at once only where it has none of the kind",
        arguments: KeyRing.Kind.allCases
    )
    func adding(_ kind: KeyRing.Kind) throws {
        let text = KeyRing.newFile()
        let before = try KeyRing(parsing: text)
        let (line, id, isInUse) = try KeyRing.line(adding: kind, to: text)
        let after = try KeyRing(parsing: text + line)
        #expect(!isInUse && after.ids(of: kind) == before.ids(of: kind) + [id])
        for other in KeyRing.Kind.allCases where other != kind {
            #expect(after.ids(of: other) == before.ids(of: other))
        }
        // Without any of the kind, and without an end of line.
        let bare = text.split(separator: "\n").filter { !$0.hasPrefix(kind.rawValue) }.joined(separator: "\n")
        let first = try KeyRing.line(adding: kind, to: bare)
        #expect(first.isInUse && first.line.hasPrefix("\n"))
        #expect(try KeyRing(parsing: bare + first.line).ids(of: kind) == [first.id])
        #expect(try KeyRing.line(adding: kind, to: text).line != line, "two are never alike")
    }

    @Test("never gives an id that the file has, of whatever kind and wherever it stands")
    func freshIDs() throws {
        let text = "kek s1 \(Self.good)\nlookup s2 \(Self.good) # s3\nsign s4 \(Self.good)\n"
        #expect(try KeyRing.line(adding: .sign, to: text).id == "s3")
    }

    @Test("that is wrong gets no key")
    func addingToWrong() {
        let error = #expect(throws: KeyRingError.self) {
            try KeyRing.line(adding: .sign, to: "kek k1 \(Self.secret)\n")
        }
        #expect(error?.code == .badLine(1))
    }
}
