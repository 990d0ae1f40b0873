import FoundationEssentials

/// What an own app, or a person, says of what was to be handed over for a copy.
extension FanOutTarget {
    /// Why nothing is in a bundle of a system that was to hand it over: a person does.
    package static let byPerson = "by_person"

    /// Whether a bundle has something of it.
    package var isCopied: Bool { findings.parts.contains { $0.action == "copied" } }

    /// It says that it has collected: what it has found comes with its word, or is missing.
    mutating func handedOver(_ answer: TaskAnswer, _ abilities: Abilities, at now: Date) -> Next {
        guard answer.source == .app else {
            if let files = answer.files {
                take(files)
            } else {
                // Whoever says so for it has handed it over by another way.
                findings.reason = Self.byPerson
            }
            return acted(abilities, at: now)
        }
        if let results = answer.results {
            (state, outcome) = (.pending, .acceptedPending)
            findings.answer = results
            findings.level = nil
            findings.verifyAfter = nil
            verifyAt = nil
            return .targetLook
        }
        return answer.rows == 0 ? acted(abilities, at: now) : stop(.failed, "results_missing")
    }

    private mutating func take(_ files: HandedIn) {
        key = files.key
        // What is still being fetched is not wanted any more: what comes of it would lie beside the files.
        effect = nil
        findings.pieces = files.pieces
        // Files, whose records nobody has counted.
        findings.parts = [TargetFindings.Part(HandedIn.dataset, "copied", rows: 0)]
        findings.reason = nil
        findings.checkpoint = nil
    }
}
