import FoundationEssentials

/// The sandbox's clock: microseconds since 1970.
///
/// The wall clock is read once and carried on by the monotonic one, so that times of calls never run backwards and their
/// differences are true even when somebody sets the clock.
enum Moment {
    private static let start = (wall: Int(Date().timeIntervalSince1970 * 1_000_000), instant: ContinuousClock.now)

    static func now() -> Int {
        let passed = start.instant.duration(to: .now).components
        return start.wall + Int(passed.seconds) * 1_000_000 + Int(passed.attoseconds / 1_000_000_000_000)
    }
}
