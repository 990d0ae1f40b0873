/// Waits until `condition` holds, looking again every few milliseconds; `false` if it does not within `patience`.
///
/// For what gives no signal, such as a server's own state.
public func eventually(
    within patience: Duration = .seconds(30),
    _ condition: @Sendable () async throws -> Bool
) async rethrows -> Bool {
    let deadline = ContinuousClock.now + patience
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return try await condition()
}
