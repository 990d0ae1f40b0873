/// How one call is to be taken.
struct Play: Sendable, Equatable {
    var behaviour = Behaviour()
    var manner = Manner()
    /// The delay with what chance added.
    var delayMilliseconds = 0
}

/// Where a peer stands in its script. A new script begins from the start.
struct Playback: Sendable {
    private let name: PeerName
    private var version = 0
    private var entry: ScriptBook.Entry?
    private var seen = 0
    private var chance = SplitMix(seed: 1)

    init(name: PeerName) {
        self.name = name
    }

    mutating func next(_ method: String, by scripts: ScriptBook) -> Play {
        let current = scripts.currentVersion
        if version != current {
            version = current
            let found = scripts.entry(for: name)
            if found?.number != entry?.number {
                entry = found
                seen = 0
                // Peers under one pattern must not fail in step.
                chance = SplitMix(seed: (found?.script.seed ?? 1) ^ Self.hash(name.text))
            }
        }
        guard let script = entry?.script else { return Play() }
        let behaviour = behaviour(method, script)
        var play = Play(behaviour: behaviour, manner: script.manner)
        if let delay = behaviour.delay {
            play.delayMilliseconds = delay.milliseconds
            if delay.jitter > 0 { play.delayMilliseconds += Int.random(in: 0...delay.jitter, using: &chance) }
        }
        return play
    }

    private mutating func behaviour(_ method: String, _ script: Script) -> Behaviour {
        guard script.methods.isEmpty || script.methods.contains(method) else { return script.otherwise }
        defer { seen += 1 }
        if let step = script.step(after: seen) { return step }
        if let probability = script.probability, chance.fraction() >= probability { return script.otherwise }
        return script.behaviour
    }

    /// The same in every run, as Swift's own is not (FNV-1a).
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
