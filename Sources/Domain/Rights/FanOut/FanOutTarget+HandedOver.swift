import FoundationEssentials

/// What an own app says of what it was to hand over for a copy.
extension FanOutTarget {
    /// Why nothing is in a bundle of a system that was to hand it over: a person does.
    package static let byPerson = "by_person"

    /// It says that it has collected: what it has found comes with its word, or is missing.
    mutating func handedOver(_ answer: TaskAnswer, _ abilities: Abilities, at now: Date) -> Next {
        guard answer.source == .app else {
            // Whoever says so for it has handed it over by another way.
            findings.reason = Self.byPerson
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
}
