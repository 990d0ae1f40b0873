import ServiceLifecycle

/// Runs what goes on beside the calls (a processor's work and its callbacks) until the sandbox ends.
final class Couriers: Service {
    typealias Errand = @Sendable () async -> Void

    private let errands: AsyncStream<Errand>
    private let inlet: AsyncStream<Errand>.Continuation

    init() {
        (errands, inlet) = AsyncStream.makeStream()
    }

    func send(_ errand: @escaping Errand) {
        inlet.yield(errand)
    }

    func run() async {
        await cancelWhenGracefulShutdown { [errands] in
            await withDiscardingTaskGroup { group in
                for await errand in errands { group.addTask(operation: errand) }
                group.cancelAll()
            }
        }
    }
}
