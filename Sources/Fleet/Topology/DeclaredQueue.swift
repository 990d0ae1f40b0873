/// A queue of the topology; always durable, a quorum queue, with an explicit delivery limit.
///
/// The limit is explicit because brokers from 4.0 on set one of 20 where none is given, and a queue without a
/// dead-letter exchange drops what exceeds it.
package struct DeclaredQueue: Sendable, Hashable {
    package let name: String
    package let arguments: [String: ArgumentValue]

    private init(_ name: String, _ arguments: [String: ArgumentValue]) {
        self.name = name
        self.arguments = arguments.merging(["x-queue-type": .text("quorum")]) { $1 }
    }

    /// A worker's queue: never drops. What kills its consumers 20 times goes to the park queue, without loss on the way:
    /// at-least-once dead-lettering, which works only together with `reject-publish` and falls back silently otherwise.
    package static func work(_ name: String) -> DeclaredQueue {
        DeclaredQueue(
            name,
            [
                "x-delivery-limit": .number(20),
                "x-dead-letter-exchange": .text(Topology.parked),
                "x-dead-letter-strategy": .text("at-least-once"),
                "x-overflow": .text("reject-publish"),
            ]
        )
    }

    /// The end of the line: no expiry, no length, and a delivery limit that is never reached, for beyond it lies nothing.
    package static func park(_ name: String) -> DeclaredQueue {
        DeclaredQueue(name, ["x-delivery-limit": .number(unreachableLimit)])
    }

    /// What a publisher or client reads at its leisure. Bounded, so that one that never reads cannot fill the broker. A
    /// full one refuses, so that the outcome is recorded as undelivered instead of pushing out an older one unseen.
    package static func outcomes(_ name: String) -> DeclaredQueue {
        DeclaredQueue(
            name,
            [
                "x-delivery-limit": .number(unreachableLimit),
                "x-max-length": .number(100_000),
                "x-max-length-bytes": .number(256 << 20),
                "x-overflow": .text("reject-publish"),
                "x-message-ttl": .number(14 * 24 * 3600 * 1000),
            ]
        )
    }

    /// Brokers before 4.0 do not know -1 for "none".
    private static let unreachableLimit = 1_000_000_000
}
