import Synchronization

/// How many tokens that open nothing this gateway still looks up: each costs a question to the database, and there is one count for
/// whoever sends them, since addresses are cheap. A bucket that fills evenly over the minute.
final class GuessBook: Sendable {
    private struct Bucket {
        var level: Double
        var at: ContinuousClock.Instant
    }

    private let perMinute: Double
    private let bucket: Mutex<Bucket>

    init(perMinute: Int = 600, at now: ContinuousClock.Instant = .now) {
        self.perMinute = Double(perMinute)
        bucket = Mutex(Bucket(level: Double(perMinute), at: now))
    }

    /// In how many seconds the next one is looked up; nil where it is at once.
    func wait(at now: ContinuousClock.Instant = .now) -> Int? {
        bucket.withLock { bucket in
            fill(&bucket, at: now)
            return bucket.level >= 1 ? nil : max(1, Int(((1 - bucket.level) * 60 / perMinute).rounded(.up)))
        }
    }

    /// One of them has opened nothing.
    func failed(at now: ContinuousClock.Instant = .now) {
        bucket.withLock { bucket in
            fill(&bucket, at: now)
            bucket.level = max(0, bucket.level - 1)
        }
    }

    private func fill(_ bucket: inout Bucket, at now: ContinuousClock.Instant) {
        bucket.level = min(perMinute, bucket.level + bucket.at.duration(to: now) / .seconds(60) * perMinute)
        bucket.at = now
    }
}
