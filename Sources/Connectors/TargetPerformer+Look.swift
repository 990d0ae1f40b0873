import Fleet
import Rights

extension TargetPerformer {
    /// What came of an act, with what a look in the same attempt has shown: of what is seen to be gone at once no effect of its own has
    /// to ask whether anything is left.
    ///
    /// A look that shows that it is done is all that counts. Whatever else comes of one, or none for want of time, leaves the report as
    /// it is, and an effect with a slot, a lease and attempts of its own follows as after any act. One follows too where calls to the
    /// system are counted by the second, since each needs a slot, and where the look is a conversation of its own.
    ///
    /// - Parameter begun: when the attempt was; it has the time of one call.
    func seen(
        _ report: TargetReport,
        of order: TargetOrder,
        for target: FanOutTarget,
        since begun: ContinuousClock.Instant
    ) async -> TargetReport {
        guard order.step == .act, order.operation != .eraseTenant, order.system.perSecond == nil,
            let connector = connectors.connector(of: order.system.connector), connector.looksAtOnce,
            let end = FanOutTarget.EffectEnd(report)
        else { return report }
        let abilities = FanOutTarget.Abilities(of: order.system, for: order.operation)
        // Whether a look comes next, and whether it has shown enough, the part itself knows.
        var target = target
        guard target.take(.ended(.targetAct, end), abilities, at: order.now) == .targetVerify else { return report }
        let question = order.looking(from: target.findings.checkpoint)
        guard let look = await bounded(before: begun + connector.longestCall, { await connector.perform(question) }),
            let shown = FanOutTarget.EffectEnd(look)
        else { return report }
        _ = target.take(.ended(.targetVerify, shown), abilities, at: order.now)
        guard target.state == .verified else { return report }
        var findings = report.findings.seen(by: look.findings)
        findings.seenStatus = look.verdict.status
        return TargetReport(report.verdict, findings)
    }

    private func bounded(before limit: ContinuousClock.Instant, _ look: @escaping @Sendable () async -> TargetReport)
        async
        -> TargetReport?
    {
        await withTaskGroup(of: TargetReport?.self) { group in
            group.addTask(operation: look)
            // A timer, not a wait for something: the lease ends, whatever the look is waiting for.
            group.addTask {
                try? await Task.sleep(until: limit, clock: .continuous)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}

extension FanOutTarget.EffectEnd {
    /// Of an attempt that has come to its end; nil for any other.
    fileprivate init?(_ report: TargetReport) {
        switch report.verdict.outcome {
        case .done: self.init(.done, findings: report.findings)
        case .alreadyAbsent: self.init(.alreadyAbsent, findings: report.findings)
        case .acceptedPending, .waiting, .retry, .refused, .gone: return nil
        }
    }
}
