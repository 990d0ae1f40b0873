import Fleet
import Foundation
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
    private let services: ConnectorServices
    /// Nil until it is known who is meant.
    var progress: HTTPProgress?
    var replied: (status: Int, body: [UInt8])?
    var hasActed = false
    /// Whether a status alone said that there was nothing.
    var hasBelievedStatus = false
    /// What one account was refused, or is to be tried again, while others go on.
    var refusal: AttemptVerdict?
    var postponed: AttemptVerdict?

    init(
        _ order: TargetOrder,
        _ description: HTTPDescription,
        _ procedure: HTTPDescription.Procedure,
        _ services: ConnectorServices
    ) {
        self.order = order
        self.description = description
        self.procedure = procedure
        self.services = services
        caller = HTTPCaller(order, description, services)
        search = HTTPSearch(caller: caller)
    }

    mutating func run() async -> TargetReport {
        do {
            progress = try opened()
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

    private func opened() throws(HTTPObstacle) -> HTTPProgress? {
        guard let text = order.checkpoint else { return nil }
        return try HTTPProgress(sealed: text, order, [services.digest] + services.olderDigests)
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
    mutating func stillThere() async throws(HTTPObstacle) -> Int {
        var left = 0
        let looks = procedure.verify.filter { call in
            let types = call.identities(of: description.identities)
            let isUsable = types.isEmpty || order.identities.contains { types.contains($0.type) }
            return isUsable && !order.leaves(call.category)
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
    mutating func believe() async throws(HTTPObstacle) {
        let isBelieved = hasBelievedStatus || (progress?.accounts.contains(where: \.isBelieved) ?? false)
        guard isBelieved, let call = description.alive else { return }
        let reply = try await caller.send(call, caller.values, as: .alive)
        guard HTTPReading(reply, to: call, as: .alive, values: [:]).meaning == .done else {
            throw HTTPObstacle(.retry("not_alive", status: reply.status, blamesTarget: true))
        }
    }

    // MARK: What is told

    func findings() -> TargetFindings {
        var findings = TargetFindings()
        if let replied { findings.digest = Hex.text(services.digest.digest(.reply, [replied.body])) }
        return findings
    }

    /// Where it goes on: sealed, since it says who is meant.
    var checkpoint: String? { progress.map { $0.sealed(order, services.digest) } ?? order.checkpoint }

    /// The reference of the one job there is, if it names nobody; it is remembered in any case.
    var tellableReference: String? {
        let references = progress?.accounts.compactMap(\.reference) ?? []
        guard references.count == 1, let reference = references.first, reference.utf8.count <= 300 else { return nil }
        let plain = (reference.removingPercentEncoding ?? reference).lowercased()
        let ids = progress?.accounts.compactMap(\.id) ?? []
        let names = order.identities.map { $0.value.lowercased() }
        return (names + ids.map { $0.lowercased() }).contains(where: plain.contains) ? nil : reference
    }
}
