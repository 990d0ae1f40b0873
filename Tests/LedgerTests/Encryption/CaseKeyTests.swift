import Crypto
import Foundation
import Ledger
import Testing

@Suite("The key of a case")
struct CaseKeyTests {
    static let plain = Array("Erika Mustermann, Hauptstraße 5".utf8)
    let ring: KeyRing
    let owner = UUID()

    init() throws { ring = try KeyRing(parsing: KeyRing.newFile()) }

    @Test("opens what it sealed, also after it was wrapped and unwrapped")
    func roundTrip() throws {
        let key = CaseKey(for: owner)
        let sealed = try key.seal(Self.plain, as: .payload)
        #expect(try key.open(sealed, as: .payload) == Self.plain)
        let again = try CaseKey(unwrapping: try key.wrapped(with: ring), for: owner, with: ring)
        #expect(try again.open(sealed, as: .payload) == Self.plain)
        #expect(try again.open(try again.seal([], as: .payload), as: .payload) == [])
    }

    @Test("is fresh for each case, and no two seals of one text are alike")
    func fresh() throws {
        let key = CaseKey(for: owner)
        let sealed = try key.seal(Self.plain, as: .payload)
        #expect(throws: (any Error).self) { try CaseKey(for: owner).open(sealed, as: .payload) }
        let seals = try (0..<100).map { _ in try key.seal(Self.plain, as: .payload) }
        #expect(Set(seals).count == 100)
        let wraps = try (0..<100).map { _ in try key.wrapped(with: ring).bytes }
        #expect(Set(wraps).count == 100)
    }

    @Test("does not open a row that was moved to another owner")
    func wrongOwner() throws {
        let key = CaseKey(for: owner)
        let wrapped = try key.wrapped(with: ring)
        #expect(throws: (any Error).self) { try CaseKey(unwrapping: wrapped, for: UUID(), with: ring) }
    }

    @Test("does not open a text that was moved to another column")
    func wrongColumn() throws {
        let key = CaseKey(for: owner)
        let sealed = try key.seal(Self.plain, as: .payload)
        #expect(throws: (any Error).self) { try key.open(sealed, as: .properties) }
        #expect(throws: (any Error).self) { try key.open(sealed, as: .wrappedKey) }
    }

    @Test("does not come out under another installation's key, and an unknown key is named")
    func wrongKEK() throws {
        let wrapped = try CaseKey(for: owner).wrapped(with: ring)
        let other = try KeyRing(parsing: KeyRing.newFile())
        #expect(throws: (any Error).self) { try CaseKey(unwrapping: wrapped, for: owner, with: other) }
        let renamed = CaseKey.Wrapped(kekID: "k9", bytes: wrapped.bytes)
        let error = #expect(throws: KeyRingError.self) { try CaseKey(unwrapping: renamed, for: owner, with: ring) }
        #expect(error?.code == .unknownKey("k9"))
    }

    @Test("notices one changed bit anywhere, and every cut")
    func tampered() throws {
        let key = CaseKey(for: owner)
        let sealed = try key.seal(Self.plain, as: .payload)
        for index in sealed.indices {
            for bit in [UInt8(1), 0x80] {
                var altered = sealed
                altered[index] ^= bit
                #expect(throws: (any Error).self) { try key.open(altered, as: .payload) }
            }
            #expect(throws: (any Error).self) { try key.open(Array(sealed[..<index]), as: .payload) }
        }
        #expect(throws: (any Error).self) { try key.open(sealed + [0], as: .payload) }
    }

    @Test("is still read with an older key once a new one wraps")
    func rotation() throws {
        func line(_ id: String) -> String {
            "kek \(id) \(Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString())"
        }
        let lookup = "lookup l1 \(Data(repeating: 7, count: 32).base64EncodedString())"
        let (old, new) = (line("old"), line("new"))
        let wrapped = try CaseKey(for: owner).wrapped(
            with: try KeyRing(parsing: [old, lookup].joined(separator: "\n"))
        )
        let rotated = try KeyRing(parsing: [new, old, lookup].joined(separator: "\n"))
        let key = try CaseKey(unwrapping: wrapped, for: owner, with: rotated)
        #expect(wrapped.kekID == "old")
        #expect(try key.wrapped(with: rotated).kekID == "new")
    }

    @Test("A sealed payload opens for its owner only")
    func payload() throws {
        let secret = try SealedPayload(sealing: Self.plain, for: owner, with: ring)
        #expect(try secret.opened(for: owner, with: ring) == Self.plain)
        #expect(throws: (any Error).self) { try secret.opened(for: UUID(), with: ring) }
    }
}
