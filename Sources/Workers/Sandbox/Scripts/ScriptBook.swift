import Synchronization

/// The scripts in force.
final class ScriptBook: Sendable {
    /// A script with a number of its own, so that a peer can tell that it was given a new one.
    struct Entry: Sendable {
        let number: Int
        let script: Script
    }

    private struct State {
        var entries: [ScriptPattern: Entry] = [:]
        var lastNumber = 0
    }

    private let state: Mutex<State>
    /// Counts the changes: whoever saw this number need not look again.
    private let version = Atomic<Int>(1)

    init(_ scripts: [ScriptPattern: Script] = [:]) {
        var state = State()
        for (pattern, script) in scripts {
            state.lastNumber += 1
            state.entries[pattern] = Entry(number: state.lastNumber, script: script)
        }
        self.state = Mutex(state)
    }

    var currentVersion: Int { version.load(ordering: .acquiring) }

    var patterns: [String] { state.withLock { $0.entries.keys.map(\.text).sorted() } }

    func put(_ script: Script, for pattern: ScriptPattern) {
        state.withLock { state in
            state.lastNumber += 1
            state.entries[pattern] = Entry(number: state.lastNumber, script: script)
        }
        version.add(1, ordering: .acquiringAndReleasing)
    }

    func remove(_ pattern: ScriptPattern) {
        state.withLock { $0.entries[pattern] = nil }
        version.add(1, ordering: .acquiringAndReleasing)
    }

    func removeAll() {
        state.withLock { $0.entries = [:] }
        version.add(1, ordering: .acquiringAndReleasing)
    }

    /// The script of the pattern that fits best.
    func entry(for name: PeerName) -> Entry? {
        state.withLock { state in
            state.entries.compactMap { pattern, entry in pattern.fit(name).map { (fit: $0, entry: entry) } }
                .max { $0.fit < $1.fit }?.entry
        }
    }
}
