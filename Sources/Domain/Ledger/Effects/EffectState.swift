/// How far an outside effect has come. The raw value is what is stored and printed.
package enum EffectState: String, CaseIterable, Hashable, Sendable {
    /// Meant; waits for its target to have room.
    case planned
    /// A hint lies in the broker; unclaimed when that runs out, it is released again.
    case released
    /// A worker holds it, by a lease with a token, and may call at any moment.
    case leased
    /// An attempt failed; the next one has a time.
    case retrying
    case done
    /// Nothing more is tried by itself; a person is called.
    case parked
    /// Not wanted any more before it began.
    case cancelled

    package var isFinal: Bool { self == .done || self == .parked || self == .cancelled }

    /// Not yet in anybody's hands: it can still be cancelled.
    package var isPending: Bool { self == .planned || self == .released || self == .retrying }
}
