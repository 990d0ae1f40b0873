import Foundation
import Fleet
import FoundationEssentials
import Ledger
import Outbound
import Rights

/// One order at a system with a REST API, from the first call to its report.
struct HTTPErrand {
    typealias Account = HTTPProgress.Account

    let order: TargetOrder
    let description: HTTPDescription
    let procedure: HTTPDescription.Procedure
    let caller: HTTPCaller
    let search: HTTPSearch
    private let digest: KeyedDigest
    /// Nil until it is known who is meant.
    var progress: HTTPProgress?
    private var replied: (status: Int, body: [UInt8])?
    private var hasActed = false
    /// Whether a status alone said that there was nothing.
    private var hasBelievedStatus = false
    private var graceUntil: Date?
    /// What one account was refused, or is to be tried again, while others go on.
    private var refusal: AttemptVerdict?
    private var postponed: AttemptVerdict?

    init(
        _ order: TargetOrder,
        _ description: HTTPDescription,
        _ procedure: HTTPDescription.Procedure,
        _ services: ConnectorServices
    ) {
        self.order = order
        self.description = description
        self.procedure = procedure
        digest = services.digest
        caller = HTTPCaller(order, description, services)
        search = HTTPSearch(caller: caller)
        progress = order.checkpoint.flatMap { HTTPProgress.opened($0, order, services.digest) }
    }

    mutating func run() async -> TargetReport {
        do {
            switch order.step {
            case .act: return try await act()
            case .poll: return try await poll()
            case .verify: return try await verify()
            case .cancel: return try await cancel()
            }
        } catch {
            var findings = findings()
            // Where it goes on; what has come to its end needs nothing any more.
            findings.checkpoint = error.verdict.outcome == .refused ? nil : checkpoint
            // Many calls are no failure as long as each attempt gets further.
            let goesOn = hasActed && error.verdict == HTTPObstacle.outOfTime.verdict
            return TargetReport(goesOn ? .waiting(after: .zero) : error.verdict, findings)
        }
    }

    // MARK: Acting

    private mutating func act() async throws(HTTPObstacle) -> TargetReport {
        guard order.keeps.isEmpty || procedure.calls.contains(where: { order.keeps.contains($0.category ?? "") }) else {
            throw HTTPObstacle(.refused("keeps_not_described"))
        }
        if progress == nil {
            if looksFirst, try await stillThere() == 0 { return try await absent(byUs: true) }
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
    /// anything is repeated. A search for whom it has erased is such a look.
    private var looksFirst: Bool {
        order.mayHaveActed && description.keyHeader == nil && !procedure.verify.isEmpty
            && (procedure.lookups.isEmpty || order.operation != .erase)
    }

    /// There is nothing. Where it may have been us who left nothing it is not said that there never was, so that a time in which it
    /// can be restored is waited for.
    private mutating func absent(byUs isOurs: Bool) async throws(HTTPObstacle) -> TargetReport {
        try await believe()
        var findings = findings()
        findings.reason = isOurs ? "found_done" : nil
        return TargetReport(.done(isOurs ? .done : .alreadyAbsent, status: replied?.status), findings)
    }

    /// Makes the calls that one account has yet to get.
    private mutating func work(on index: Int) async throws(HTTPObstacle) {
        while let account = progress?.accounts[index], account.next < procedure.calls.count {
            let call = procedure.calls[account.next]
            if let category = call.category, order.keeps.contains(category) {
                edit(index) { $0.next += 1 }
                continue
            }
            var isPending = false
            for (item, values) in try fillings(of: call, values(of: account)) {
                let key = caller.key([account.next > 0 ? String(account.next) : "", account.id ?? "", item])
                let reply = try await caller.send(call, values, as: .call, key: key)
                let reading = HTTPReading(reply, to: call, as: .call, values: values)
                replied = (reply.status, reply.body)
                hasActed = true
                if let reference = reading.reference { edit(index) { $0.reference = reference } }
                switch reading.meaning {
                case .done: edit(index) { $0.take(.done) }
                case .absent:
                    hasBelievedStatus = hasBelievedStatus || reading.isByStatus
                    edit(index) { $0.take(.absent) }
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
                if let until = reading.graceUntil { graceUntil = max(graceUntil ?? until, until) }
            }
            edit(index) { $0.next += 1 }
            if isPending, account.next + 1 < procedure.calls.count {
                throw HTTPObstacle(.waiting(after: .seconds(description.pollEvery)))
            }
        }
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

    // MARK: Looking

    private mutating func poll() async throws(HTTPObstacle) -> TargetReport {
        guard let call = procedure.poll else { throw HTTPObstacle(.refused("no_poll")) }
        var pause = Duration.seconds(description.pollEvery)
        var isOver = true
        for account in try await known(for: call) where account.outcome == nil || account.outcome == .pending {
            let found = try await search.run(call, values(of: account), as: .poll)
            replied = (found.reading.status, found.body)
            switch found.reading.meaning {
            case .pending: isOver = false
            case .present where !(found.reading.isByStatus && call.items != nil && found.count == 0): isOver = false
            case .done, .absent, .present, .retry, .refused: break
            }
            if let asked = found.reading.pause { pause = max(pause, asked) }
        }
        var findings = findings()
        findings.checkpoint = procedure.remembersAccounts ? checkpoint : nil
        return TargetReport(
            isOver ? .done(status: replied?.status) : .waiting(after: pause, status: replied?.status),
            findings
        )
    }

    private mutating func verify() async throws(HTTPObstacle) -> TargetReport {
        guard !procedure.verify.isEmpty else { throw HTTPObstacle(.refused("no_verify")) }
        let left = try await stillThere()
        if left == 0 { try await believe() }
        var findings = findings()
        findings.stillThere = left
        findings.level = .probe
        return TargetReport(.done(status: replied?.status), findings)
    }

    /// How much of the person every look finds, of what is not kept.
    private mutating func stillThere() async throws(HTTPObstacle) -> Int {
        var left = 0
        let looks = procedure.verify.filter { call in
            let types = call.identities(of: description.identities)
            let isUsable = types.isEmpty || order.identities.contains { types.contains($0.type) }
            return isUsable && !order.keeps.contains(call.category ?? "")
        }
        guard !looks.isEmpty else { throw HTTPObstacle(.refused("no_identity")) }
        for call in looks {
            var group: Int?
            for account in try await seen(by: call) {
                if let group, account.group > group { break }
                for (_, values) in try fillings(of: call, values(of: account)) {
                    let found = try await search.run(call, values, as: .verify)
                    replied = (found.reading.status, found.body)
                    switch found.reading.meaning {
                    case .pending:
                        throw HTTPObstacle(.waiting(after: .seconds(description.pollEvery)))
                    case .present:
                        let count = found.reading.isByStatus ? found.count : 1
                        left += count
                        if count > 0 { group = account.group }
                    case .absent: hasBelievedStatus = hasBelievedStatus || found.reading.isByStatus
                    case .done, .retry, .refused: break
                    }
                }
            }
        }
        return left
    }

    private mutating func cancel() async throws(HTTPObstacle) -> TargetReport {
        guard let call = procedure.cancel else { throw HTTPObstacle(.refused("no_cancel")) }
        for account in try await known(for: call) {
            let values = values(of: account)
            let reply = try await caller.send(call, values, as: .cancel, key: caller.key(["cancel", account.id ?? ""]))
            let reading = HTTPReading(reply, to: call, as: .cancel, values: values)
            replied = (reply.status, reply.body)
            if reading.meaning == .retry || reading.meaning == .refused { throw HTTPObstacle(reading.failure) }
        }
        return TargetReport(.done(status: replied?.status), findings())
    }

    /// Asks whether the API is there at all, before it is believed that a person is not.
    private mutating func believe() async throws(HTTPObstacle) {
        guard hasBelievedStatus, let call = description.alive else { return }
        let reply = try await caller.send(call, caller.values, as: .alive)
        guard HTTPReading(reply, to: call, as: .alive, values: [:]).meaning == .done else {
            throw HTTPObstacle(.retry("not_alive", status: reply.status, blamesTarget: true))
        }
    }

    // MARK: Who is meant

    /// Whom acting left behind, or whoever is found by now.
    private mutating func known(for call: HTTPDescription.Call) async throws(HTTPObstacle) -> [Account] {
        if let accounts = progress?.accounts { return accounts }
        return try await accounts(for: [call])
    }

    /// Whom a look asks about: those known from acting and those found by now, since somebody may have come back.
    private mutating func seen(by call: HTTPDescription.Call) async throws(HTTPObstacle) -> [Account] {
        let named = call.placeholders
        guard named.contains(.id) || named.contains(.reference) else { return try persons(named: [call]) }
        var accounts = progress?.accounts.filter { $0.id != nil || $0.reference != nil } ?? []
        guard named.contains(.id) else { return accounts }
        for account in try await self.accounts(for: [call]) where !accounts.contains(where: { $0.id == account.id }) {
            accounts.append(account)
        }
        // All of them are looked at.
        return accounts.map { account in
            var account = account
            account.group = 0
            return account
        }
    }

    private mutating func accounts(for calls: [HTTPDescription.Call]) async throws(HTTPObstacle) -> [Account] {
        guard !procedure.lookups.isEmpty, calls.contains(where: { $0.placeholders.contains(.id) }) else {
            return try persons(named: calls)
        }
        var accounts: [Account] = []
        for person in try persons(named: procedure.lookups) {
            // One type of identity after another, until somebody is found.
            if let last = accounts.last, last.group < person.group { break }
            let type = person.identity.map { order.identities[$0].type }
            for lookup in procedure.lookups {
                let types = lookup.identities(of: description.identities)
                guard type.map(types.contains) ?? types.isEmpty else { continue }
                let found = try await search.run(lookup, values(of: person), as: .lookup)
                replied = (found.reading.status, found.body)
                if found.reading.meaning == .absent { hasBelievedStatus = hasBelievedStatus || found.reading.isByStatus }
                for id in found.ids where !accounts.contains(where: { $0.id == id }) {
                    accounts.append(Account(id: id, identity: person.identity, group: person.group))
                }
            }
        }
        guard accounts.count <= HTTPSearch.accountLimit else { throw HTTPObstacle(.refused("too_many_found")) }
        return accounts.map { account in
            var account = account
            account.group = 0
            return account
        }
    }

    /// The identities that calls can name, in groups by their types; one without identity where they name none.
    private func persons(named calls: [HTTPDescription.Call]) throws(HTTPObstacle) -> [Account] {
        let types = calls.reduce(into: Set<IdentityType>()) { $0.formUnion($1.identities(of: description.identities)) }
        guard !types.isEmpty else { return [Account(reference: order.reference)] }
        var groups: [IdentityType] = []
        var accounts: [Account] = []
        for (index, identity) in order.identities.enumerated() where types.contains(identity.type) {
            if !groups.contains(identity.type) { groups.append(identity.type) }
            let group = groups.firstIndex(of: identity.type) ?? 0
            accounts.append(Account(identity: index, group: group, reference: order.reference))
        }
        guard !accounts.isEmpty else { throw HTTPObstacle(.refused("no_identity")) }
        return accounts.sorted { $0.group < $1.group }
    }

    private func values(of account: Account) -> [HTTPPlaceholder: String] {
        var values = caller.values
        if let index = account.identity, order.identities.indices.contains(index) {
            let identity = order.identities[index]
            values[.known(identity.type)] = identity.value
            values[.identity] = identity.value
            values[.identityType] = identity.type.rawValue
        }
        values[.id] = account.id
        values[.reference] = account.reference ?? order.reference
        return values
    }

    /// A call is made for each correction or for each thing that is to stop, where it names them; with what tells one from
    /// another.
    private func fillings(
        of call: HTTPDescription.Call,
        _ values: [HTTPPlaceholder: String]
    ) throws(HTTPObstacle) -> [(item: String, values: [HTTPPlaceholder: String])] {
        let named = call.placeholders
        if named.contains(.field) || named.contains(.value) {
            guard !order.corrections.isEmpty else { throw HTTPObstacle(.refused("no_words")) }
            var fillings: [(item: String, values: [HTTPPlaceholder: String])] = []
            for correction in order.corrections {
                guard let field = procedure.fields[correction.field] else {
                    throw HTTPObstacle(.refused("field_not_listed"))
                }
                let more: [HTTPPlaceholder: String] = [.field: field, .value: correction.value]
                fillings.append((field, values.merging(more) { $1 }))
            }
            return fillings
        }
        guard named.contains(.scope) else { return [("", values)] }
        guard !order.suppresses.isEmpty else { throw HTTPObstacle(.refused("no_words")) }
        return order.suppresses.map { scope in (scope, values.merging([.scope: scope]) { $1 }) }
    }

    // MARK: What is told

    private func findings() -> TargetFindings {
        var findings = TargetFindings()
        if let replied {
            findings.digest = digest.digest(.reply, [replied.body]).map { byte in
                let digits = String(byte, radix: 16)
                return byte < 16 ? "0" + digits : digits
            }.joined()
        }
        return findings
    }

    private var checkpoint: String? { progress?.sealed(order, digest) ?? order.checkpoint }

    /// The reference of the one job there is, if it names nobody; it is remembered in any case.
    private var tellableReference: String? {
        let references = progress?.accounts.compactMap(\.reference) ?? []
        guard references.count == 1, let reference = references.first, reference.utf8.count <= 300 else { return nil }
        let plain = (reference.removingPercentEncoding ?? reference).lowercased()
        let ids = progress?.accounts.compactMap(\.id) ?? []
        let names = order.identities.map { $0.value.lowercased() }
        return names.contains(where: plain.contains) || ids.contains(reference) ? nil : reference
    }
}
