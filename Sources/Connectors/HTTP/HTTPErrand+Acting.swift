import Fleet
import FoundationEssentials
import Outbound
import Rights

extension HTTPErrand {
    mutating func act() async throws(HTTPObstacle) -> TargetReport {
        // Each category that stays, or that goes by itself, has a call of its own.
        let described = Set(procedure.calls.compactMap(\.category))
        guard order.keeps.union(order.ends ?? []).isSubset(of: described) else {
            throw HTTPObstacle(.refused("keeps_not_described"))
        }
        // Where some of several calls are made, what a look does not find may still have to go.
        let isBegun = progress?.accounts.contains { $0.next > 0 } ?? false
        if looksFirst, !isBegun, try await stillThere() == 0 { return try await absent(byUs: true) }
        if progress == nil {
            let accounts = try await accounts(for: procedure.calls)
            guard !accounts.isEmpty else { return try await absent(byUs: order.mayHaveActed) }
            progress = HTTPProgress(accounts: accounts)
            // What the first of several calls has put away no search finds again: who it is has to be known before.
            if procedure.calls.count > 1, !procedure.lookups.isEmpty { throw HTTPObstacle(.waiting(after: .zero)) }
        }
        let groups = progress?.accounts.map(\.group) ?? []
        for group in Set(groups).sorted() {
            let members = groups.indices.filter { groups[$0] == group }
            for index in members { try await work(on: index) }
            if let postponed { throw HTTPObstacle(postponed) }
            let accounts = progress?.accounts ?? []
            // Where a first identity has found somebody, the others would find the same.
            if members.contains(where: { accounts[$0].outcome != .absent }) { break }
        }
        return try await concluded()
    }

    /// Whether an attempt may have reached it that nobody knows the end of, and the peer knows no keys: then it is looked at before
    /// anything is repeated. For an erasure a search is such a look, and so is the 404 that a repeated DELETE of somebody it has
    /// found would get.
    private var looksFirst: Bool {
        guard order.mayHaveActed, description.keyHeader == nil, !procedure.verify.isEmpty else { return false }
        guard order.operation == .erase, !procedure.lookups.isEmpty, let accounts = progress?.accounts else {
            return order.operation != .erase || procedure.lookups.isEmpty
        }
        let next = accounts.map(\.next).min() ?? 0
        return procedure.calls.dropFirst(next).contains { $0.method != "DELETE" }
    }

    /// There is nothing. Where it may have been us who left nothing it is not said that there never was, so that a time in which it
    /// can be restored is waited for.
    private mutating func absent(byUs isOurs: Bool) async throws(HTTPObstacle) -> TargetReport {
        try await believe()
        var findings = findings()
        findings.reason = isOurs ? "found_done" : nil
        findings.checkpoint = progress != nil && procedure.remembersAccounts ? checkpoint : nil
        return TargetReport(.done(isOurs ? .done : .alreadyAbsent, status: replied?.status), findings)
    }

    /// Makes the calls that one account has yet to get.
    private mutating func work(on index: Int) async throws(HTTPObstacle) {
        while let account = progress?.accounts[index], account.next < procedure.calls.count {
            let call = procedure.calls[account.next]
            if order.leaves(call.category) {
                edit(index) { $0.next += 1 }
                continue
            }
            var isPending = false
            for (item, values) in try fillings(of: call, values(of: account)) {
                // Where nobody was looked up, two identities are two calls.
                let who = account.id ?? (isOneOfSeveral(account) ? values[.identity] : nil)
                let key = caller.key([account.next > 0 ? String(account.next) : "", who ?? "", item])
                let reply = try await caller.send(call, values, as: .call, key: key)
                let reading = HTTPReading(reply, to: call, as: .call, values: values)
                replied = (reply.status, reply.body)
                hasActed = true
                if let reference = reading.reference { edit(index) { $0.reference = reference } }
                switch reading.meaning {
                case .done: edit(index) { $0.take(.done) }
                case .absent:
                    edit(index) { account in
                        account.isBelieved = account.isBelieved || reading.isByStatus
                        account.take(.absent)
                    }
                case .pending:
                    edit(index) { $0.take(.pending) }
                    isPending = true
                case .retry:
                    // One person's data may be locked while others are not.
                    guard !reading.failure.blamesTarget, reply.status != 429 else {
                        throw HTTPObstacle(reading.failure)
                    }
                    postponed = reading.failure
                    return
                case .refused, .present:
                    let end = procedure.calls.count
                    edit(index) { account in
                        account.take(.refused)
                        account.next = end
                    }
                    refusal = reading.failure
                    return
                }
                guard reading.isGraceReadable else { throw HTTPObstacle(.refused("bad_grace", status: reply.status)) }
                if let until = reading.graceUntil { edit(index) { $0.graceUntil = max($0.graceUntil ?? until, until) } }
            }
            edit(index) { $0.next += 1 }
            if isPending, account.next + 1 < procedure.calls.count {
                throw HTTPObstacle(.waiting(after: .seconds(description.pollEvery)))
            }
        }
    }

    private func isOneOfSeveral(_ account: Account) -> Bool {
        account.identity != nil && (progress?.accounts.count ?? 0) > 1
    }

    private mutating func edit(_ index: Int, _ change: (inout Account) -> Void) {
        guard var accounts = progress?.accounts else { return }
        change(&accounts[index])
        progress = HTTPProgress(accounts: accounts)
    }

    private mutating func concluded() async throws(HTTPObstacle) -> TargetReport {
        let outcomes = progress?.accounts.compactMap(\.outcome) ?? []
        if outcomes.contains(.refused) {
            throw HTTPObstacle(refusal ?? .refused("refused"))
        }
        if !outcomes.isEmpty, outcomes.allSatisfy({ $0 == .absent }) {
            return try await absent(byUs: order.mayHaveActed)
        }
        var findings = findings()
        findings.rows = outcomes.count { $0 != .absent }
        let graceUntil = progress?.accounts.compactMap(\.graceUntil).max()
        findings.verifyAfter = graceUntil
        findings.checkpoint = procedure.remembersAccounts ? checkpoint : nil
        findings.reference = tellableReference
        guard outcomes.contains(.pending), graceUntil == nil else {
            return TargetReport(.done(status: replied?.status), findings)
        }
        if procedure.poll == nil {
            // Nobody can be asked: it is looked at when it should be over.
            findings.verifyAfter = order.now.addingTimeInterval(Double(description.pollEvery))
            return TargetReport(.done(status: replied?.status), findings)
        }
        return TargetReport(.done(.acceptedPending, status: replied?.status), findings)
    }
}
