import Testing

@testable import AMQP

@Suite("The prefetch ramp")
struct PrefetchRampTests {
    private func grow(_ ramp: inout PrefetchRamp, bodies: Int) -> Int? {
        for _ in 0..<ramp.current { ramp.received(bytes: bodies) }
        return ramp.next()
    }

    @Test("starts small and reaches its target in steps when bodies are small")
    func steps() {
        var ramp = PrefetchRamp(target: 2000, byteBudget: 8 << 20)
        #expect(ramp.current == 16)
        #expect(ramp.next() == nil)
        #expect(grow(&ramp, bodies: 500) == 128)
        #expect(grow(&ramp, bodies: 500) == 1024)
        #expect(grow(&ramp, bodies: 500) == 2000)
        #expect(grow(&ramp, bodies: 500) == nil)
    }

    @Test("stays small for large bodies")
    func large() {
        var ramp = PrefetchRamp(target: 2000, byteBudget: 8 << 20)
        #expect(grow(&ramp, bodies: 1 << 20) == nil)
        #expect(ramp.current == 16)
        #expect(grow(&ramp, bodies: 100 << 10) == 81)
    }

    @Test("never asks for more than wanted, nor for none, which would mean without limit")
    func bounds() {
        #expect(PrefetchRamp(target: 5, byteBudget: 1).current == 5)
        #expect(PrefetchRamp(target: 0, byteBudget: 1).current == 1)
        #expect(PrefetchRamp(target: 1_000_000, byteBudget: 1).target == 65_535)
    }
}
