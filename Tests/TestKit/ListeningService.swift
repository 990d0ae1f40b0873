import Foundation
import Logging
package import ServiceLifecycle

/// A service that listens on a free port, for the length of a test.
package enum ListeningService {
    /// - Parameters:
    ///   - make: makes the service, which says its port when it listens.
    ///   - body: is given the port; the service ends after it, also when it throws.
    package static func run(
        _ make: (@escaping @Sendable (Int) -> Void) throws -> any Service,
        _ body: @escaping @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let service = try make { listening.yield($0) }
        // Named by its type: a service may hold secrets, and the group would print it.
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: service, serviceName: "\(type(of: service))")],
                logger: quiet
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { listening.finish() }
                try await group.run()
            }
            guard let port = await ports.first(where: { _ in true }) else {
                try await tasks.next()
                throw CocoaError(.executableLoad)
            }
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(port))
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }
}
