package import Fleet
package import Rights

/// What came of an order: what the ledger makes of the attempt, and what was found.
package struct TargetReport: Sendable {
    package var verdict: AttemptVerdict
    package var findings: TargetFindings

    package init(_ verdict: AttemptVerdict, _ findings: TargetFindings = TargetFindings()) {
        self.verdict = verdict
        self.findings = findings
    }

    /// As the ledger keeps it.
    package var attempt: AttemptVerdict {
        var verdict = verdict
        // What failed and has nothing to say leaves what an attempt before had.
        let isNothing = verdict.outcome == .retry && findings == TargetFindings()
        verdict.findings = isNothing ? nil : findings.text
        return verdict
    }
}
