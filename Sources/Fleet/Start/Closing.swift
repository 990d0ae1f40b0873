import ServiceLifecycle

/// Closes the ways to the outside once the services after it have ended.
package struct Closing: Service {
    private let close: @Sendable () async -> Void

    package init(_ close: @escaping @Sendable () async -> Void) { self.close = close }

    package func run() async throws {
        // Told to end, or cancelled while it waits for that: it closes in both cases.
        try? await gracefulShutdown()
        await close()
    }
}
