import Rights
import Testing

@Suite("Hostile bytes")
struct EventFuzzTests {
    @Test("Mutated events neither crash nor get their values printed", arguments: EventType.allCases)
    func mutations(_ type: EventType) throws {
        let body = try Sample.published("examples/\(type.rawValue).valid.json")
        // A name that no field and no remedy contains.
        let seeded = Array(String(decoding: body, as: UTF8.self).replacing("erika", with: "zqxcanary").utf8)
        var random = SplitMix(state: UInt64(type.rawValue.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }))
        for _ in 0..<1_500 {
            var bytes = seeded
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
            switch EventParser.parse(bytes, context: MessageContext(), now: Sample.now) {
            case .success(let event):
                #expect(!"\(event)\(event.warnings)".contains("zqxcanary"))
                #expect(throws: Never.self) { try EventPayload(stored: event.stored) }
            case .failure(let fault):
                #expect(!"\(fault)\(fault.field)\(fault.remedy)".contains("zqxcanary"))
            }
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(Array("{}[]\",:\\0-e".utf8).randomElement(using: &random) ?? 0, at: place)
        case 3: bytes.removeLast(bytes.count - place)
        case 4: bytes.insert(contentsOf: bytes[place..<min(place + 40, bytes.count)], at: place)
        default: bytes.insert(contentsOf: Array("\\ud83d".utf8), at: place)
        }
    }
}

/// A small generator with a fixed seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
