import Foundation
import Ledger
import Testing

@Suite("A UUID of version 7")
struct UUIDVersion7Tests {
    static func bytes(_ id: UUID) -> [UInt8] { withUnsafeBytes(of: id.uuid) { Array($0) } }

    @Test("carries version and variant, whatever the random bits are")
    func bits() {
        for _ in 0..<1_000 {
            let bytes = Self.bytes(.version7(at: Date()))
            #expect(bytes[6] >> 4 == 7)
            #expect(bytes[8] >> 6 == 0b10)
        }
    }

    @Test("begins with its milliseconds: RFC 9562's own example")
    func example() {
        let id = UUID.version7(at: Date(timeIntervalSince1970: 1_645_557_742))
        #expect(id.uuidString.hasPrefix("017F22E2-79B0-7"))
    }

    @Test("stands after every one made a millisecond earlier, in text and in bytes")
    func order() {
        var previous = UUID.version7(at: Date(timeIntervalSince1970: 0))
        for step in 1..<2_000 {
            let next = UUID.version7(at: Date(timeIntervalSince1970: Double(step) * 86_400.001))
            #expect(previous.uuidString < next.uuidString)
            #expect(Self.bytes(previous).lexicographicallyPrecedes(Self.bytes(next)))
            previous = next
        }
    }

    @Test("is unique among those of one instant, and does not fail before 1970")
    func unique() {
        let now = Date()
        #expect(Set((0..<10_000).map { _ in UUID.version7(at: now) }).count == 10_000)
        #expect(Self.bytes(.version7(at: .distantPast))[0..<6].allSatisfy { $0 == 0 })
    }
}
