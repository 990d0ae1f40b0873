/// What is decided about people by machines alone, with what they are to be told of it (GDPR Art. 15(1)(h), 22).
package struct AutomatedDecision: Sendable, Hashable {
    /// What is decided.
    package let decision: String
    /// By what.
    package let logic: String
    /// What it means for the person.
    package let consequences: String

    package init(_ decision: String, logic: String, consequences: String) {
        self.decision = decision
        self.logic = logic
        self.consequences = consequences
    }
}
