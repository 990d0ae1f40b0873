import FoundationEssentials
import Synchronization

/// How much each token may still ask of this gateway: a bucket that fills evenly over the minute.
final class RateBook: Sendable {
    /// Beyond it the buckets that are full are forgotten, which changes nothing. Only tokens that are good come here: there are never more
    /// than those.
    private static let limit = 10_000

    private struct Bucket {
        var level: Double
        var at: ContinuousClock.Instant
    }

    private let perMinute: Double
    private let buckets = Mutex<[UUID: Bucket]>([:])

    init(perMinute: Int) { self.perMinute = Double(perMinute) }

    /// Whether it was here of late.
    func knows(_ token: UUID) -> Bool { buckets.withLock { $0[token] != nil } }

    /// Takes one request's worth; else says in how many seconds there is one.
    func take(_ token: UUID, at now: ContinuousClock.Instant = .now) -> Int? {
        buckets.withLock { buckets in
            if buckets.count >= Self.limit, buckets[token] == nil {
                buckets = buckets.filter { level(of: $0.value, at: now) < perMinute }
            }
            let left = buckets[token].map { level(of: $0, at: now) } ?? perMinute
            guard left >= 1 else {
                buckets[token] = Bucket(level: left, at: now)
                return max(1, Int(((1 - left) * 60 / perMinute).rounded(.up)))
            }
            buckets[token] = Bucket(level: left - 1, at: now)
            return nil
        }
    }

    private func level(of bucket: Bucket, at now: ContinuousClock.Instant) -> Double {
        min(perMinute, bucket.level + bucket.at.duration(to: now) / .seconds(60) * perMinute)
    }
}
