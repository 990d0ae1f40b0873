import Synchronization

/// What is fetched once for many and kept for a time. Those who ask while it is being fetched wait for the same fetch; a failure is
/// told to all of them and not kept.
final class OpenDSRShelf<Value: Sendable>: Sendable {
    private struct Slot {
        let task: Task<Value, any Error>
        let since: ContinuousClock.Instant
    }

    /// Systems change rarely: beyond so many it begins anew.
    private static var limit: Int { 1_000 }

    private let slots = Mutex<[String: Slot]>([:])

    /// - Parameter life: one that is older is fetched anew.
    func value(
        _ key: String,
        life: Duration,
        fetch: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let slot = slots.withLock { slots in
            if let slot = slots[key], slot.since.duration(to: .now) < life { return slot }
            if slots.count >= Self.limit { slots.removeAll() }
            let slot = Slot(task: Task { try await fetch() }, since: .now)
            slots[key] = slot
            return slot
        }
        do {
            return try await slot.task.value
        } catch {
            slots.withLock { slots in
                if slots[key]?.task == slot.task { slots[key] = nil }
            }
            throw error
        }
    }
}
