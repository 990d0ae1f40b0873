/// The presses of one worker, and who has which: so many bundles are put together at once, and one press is never given to a large one,
/// so that a giant holds up no small one.
actor BundleRoom {
    /// Bytes collected, from which on a bundle is large.
    static let large = 64 << 20
    private static let presses = 3

    private struct Waiting {
        let isLarge: Bool
        let number: Int
        let continuation: CheckedContinuation<BundlePress, any Error>
    }

    private var idle: [BundlePress]
    private var large = 0
    /// In the order in which they came.
    private var waiting: [Waiting] = []
    private var number = 0
    private var isClosed = false

    init() { idle = (0..<Self.presses).map { _ in BundlePress() } }

    /// Waits for a press and gives it back after `body`.
    ///
    /// - Parameter bytes: collected, as far as is known.
    func withPress<Result: Sendable>(
        for bytes: Int,
        _ body: @Sendable (BundlePress) async throws -> Result
    ) async throws -> Result {
        let isLarge = bytes >= Self.large
        let press = try await press(isLarge: isLarge)
        do {
            let result = try await body(press)
            give(press, back: isLarge)
            return result
        } catch {
            give(press, back: isLarge)
            throw error
        }
    }

    func close() {
        isClosed = true
        for one in idle { one.stop() }
        for one in waiting { one.continuation.resume(throwing: CancellationError()) }
        waiting = []
    }

    private func press(isLarge: Bool) async throws -> BundlePress {
        guard !isClosed else { throw CancellationError() }
        if mayHave(isLarge), let press = idle.popLast() {
            if isLarge { large += 1 }
            return press
        }
        number += 1
        let mine = number
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
                waiting.append(Waiting(isLarge: isLarge, number: mine, continuation: continuation))
            }
        } onCancel: {
            Task { await self.leave(mine) }
        }
    }

    private func mayHave(_ isLarge: Bool) -> Bool { !isLarge || large < Self.presses - 1 }

    private func leave(_ number: Int) {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
        waiting.remove(at: index).continuation.resume(throwing: CancellationError())
    }

    private func give(_ press: BundlePress, back isLarge: Bool) {
        if isLarge { large -= 1 }
        guard !isClosed else { return press.stop() }
        idle.append(press)
        while let index = waiting.firstIndex(where: { mayHave($0.isLarge) }), let next = idle.popLast() {
            let one = waiting.remove(at: index)
            if one.isLarge { large += 1 }
            one.continuation.resume(returning: next)
        }
    }
}
