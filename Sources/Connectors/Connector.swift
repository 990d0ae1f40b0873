import Fleet

/// One way to reach systems. Throws never: whatever happens is a report.
///
/// - `act`: done, already absent, accepted (`acceptedPending`), refused with a cause, or to be tried again. The same key goes with
///   every attempt; where the peer knows no keys and an attempt may have reached it, the connector looks before it repeats.
/// - `poll`: done, or `waiting` with the time of the next question.
/// - `verify`: always done where an answer came: ``TargetFindings/stillThere`` says how much was found, ``TargetFindings/level`` how it is
///   known.
package protocol Connector: Sendable {
    func perform(_ order: TargetOrder) async -> TargetReport

    /// Whether `verify` is a question that is answered at once, so that it can be asked in the attempt that has acted.
    var looksAtOnce: Bool { get }

    /// The longest that ``perform(_:)`` takes for such an order.
    var longestCall: Duration { get }

    /// The same for a question whether what was accepted is done where that ends with a file being fetched.
    var longestFetch: Duration { get }
}

extension Connector {
    package var looksAtOnce: Bool { false }
    package var longestFetch: Duration { longestCall }
}
