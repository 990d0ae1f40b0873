import Fleet
import Outbound
import Rights

/// Collects what one system with a REST API holds about one person: list after list as they are described, each page by page.
///
/// ```
/// place → [look-ups] → call → account → page → page … → next account … → next call … → through
///            └──────────── a slice ends between two pages, and the next goes on there ─────┘
/// ```
///
/// One page is in memory at a time. It is counted, and its successor known, before its records are added: a slice that fails ends
/// before the page that failed, so that the rows of all slices are the same wherever they ended. What failed before anything
/// was added is a failure; what got further goes on as if its time had been over.
struct HTTPCollection {
    /// Bytes of a page.
    static let pageLimit = 8 << 20

    private let desk: CopyDesk
    private let pagesInSlice: Int
    /// Those that can be made for what is known of the person.
    private let calls: [HTTPDescription.Call]
    private let checkpoint: String?
    private var errand: HTTPErrand
    private var place = HTTPPlace()
    /// Pages that this slice has asked for.
    private var pages = 0
    /// Whether this slice has got further than the one before.
    private var isFurther = false
    private var piece: CopyPiece?
    private var pieces: [CopiedPiece] = []

    /// - Parameter pagesInSlice: at most.
    init(
        _ order: TargetOrder,
        _ description: HTTPDescription,
        _ procedure: HTTPDescription.Procedure,
        _ services: ConnectorServices,
        pagesInSlice: Int
    ) throws(HTTPObstacle) {
        guard order.step == .act else { throw HTTPObstacle(.refused("nothing_to_ask")) }
        guard let desk = order.copy else { throw HTTPObstacle(.refused("no_store")) }
        self.desk = desk
        self.pagesInSlice = pagesInSlice
        checkpoint = order.checkpoint
        errand = HTTPErrand(order, description, procedure, services)
        let known = Set(order.identities.map(\.type))
        func canFill(_ call: HTTPDescription.Call) -> Bool {
            let types = call.identities(of: description.identities)
            let isAny = !call.placeholders.isDisjoint(with: [.identity, .identityType])
            return isAny ? !types.isDisjoint(with: known) : types.isSubset(of: known)
        }
        let canLookUp = procedure.lookups.contains(where: canFill)
        calls = procedure.calls.filter { call in
            canFill(call) && (canLookUp || !call.placeholders.contains(.id))
        }
        guard !calls.isEmpty else { throw HTTPObstacle(.refused("no_identity")) }
    }

    mutating func run() async -> TargetReport {
        do {
            if let checkpoint { place = try desk.opened(checkpoint, as: HTTPPlace.self) }
        } catch {
            // Begun anew, rows would come twice.
            return TargetReport(.retry("unreadable", blamesTarget: false))
        }
        do {
            let isThrough: Bool
            do {
                isThrough = try await collect()
            } catch let obstacle as HTTPObstacle {
                guard isFurther, obstacle.verdict.outcome != .refused else { return TargetReport(obstacle.verdict) }
                // What comes in the way is met again by the next slice; a peer that wants to be left alone is.
                try await finishPiece()
                return TargetReport(
                    .waiting(after: obstacle.verdict.retryAfter ?? .zero, status: obstacle.verdict.status),
                    findings(isThrough: false)
                )
            }
            try await finishPiece()
            guard isThrough else { return TargetReport(.waiting(after: .zero), findings(isThrough: false)) }
            let findings = findings(isThrough: true)
            return TargetReport(.done(findings.rows == 0 ? .alreadyAbsent : .done), findings)
        } catch {
            await desk.takeBack(pieces)
            return TargetReport(.copying(error))
        }
    }

    // MARK: Going on

    /// Answers whether there is nothing more.
    private mutating func collect() async throws -> Bool {
        let end = ContinuousClock.now + desk.slice
        let named = calls.filter { $0.placeholders.contains(.id) }
        if place.accounts == nil, !named.isEmpty {
            place.accounts = try await errand.accounts(for: named)
            place.isBelieved = errand.hasBelievedStatus
            isFurther = true
        }
        while place.call < calls.count {
            let call = calls[place.call]
            if place.rows.count == place.call { place.rows.append(0) }
            let accounts = try accounts(of: call)
            while place.account < accounts.count {
                let account = accounts[place.account]
                if let group = place.group, account.group > group { break }
                let before = place.rows[place.call]
                var isLast = false
                while !isLast {
                    guard pages == 0 || (pages < pagesInSlice && ContinuousClock.now < end) else { return false }
                    isLast = try await takePage(of: call, errand.values(of: account))
                    if place.rows[place.call] > before { place.group = account.group }
                }
                place.nextAccount()
            }
            try await finishPiece()
            place.nextCall()
        }
        errand.hasBelievedStatus = place.isBelieved
        try await errand.believe()
        return true
    }

    private func accounts(of call: HTTPDescription.Call) throws -> [HTTPProgress.Account] {
        call.placeholders.contains(.id) ? place.accounts ?? [] : try errand.persons(named: [call])
    }

    /// Answers whether it was the last of its list.
    private mutating func takePage(
        of call: HTTPDescription.Call,
        _ values: [HTTPPlaceholder: String]
    ) async throws -> Bool {
        var values = values
        if call.isByCursor { values[.cursor] = place.page }
        let reply = try await errand.caller.send(
            call,
            values,
            as: .collect,
            page: call.isByCursor ? nil : place.page,
            limit: Self.pageLimit
        )
        pages += 1
        let reading = HTTPReading(reply, to: call, as: .collect, values: values)
        switch reading.meaning {
        case .present: break
        case .absent:
            // A list that has begun does not end so: the rest of it cannot be had.
            guard place.page == nil else { throw HTTPObstacle(.refused("page_gone", status: reply.status)) }
            place.isBelieved = true
            isFurther = true
            return true
        case .retry, .refused, .done, .pending: throw HTTPObstacle(reading.failure)
        }
        let page = try HTTPPage(reply, reading, of: call, values)
        var trail = place.trail
        if let next = page.next { try trail.go(from: place.page, to: next) }
        if !page.rows.isEmpty {
            let writing = try piece ?? desk.rows(call.dataset ?? "", ordinal: place.pieces, columns: [])
            piece = writing
            for row in page.rows { try writing.add(row: row) }
            place.rows[place.call] += page.rows.count
        }
        (place.page, place.trail) = (page.next, trail)
        isFurther = true
        return page.next == nil
    }

    private mutating func finishPiece() async throws {
        guard let writing = piece else { return }
        piece = nil
        pieces.append(try await writing.finish())
        place.pieces += 1
    }

    // MARK: What is told

    private func findings(isThrough: Bool) -> TargetFindings {
        var findings = TargetFindings()
        findings.pieces = pieces
        let rows = place.rows.reduce(0, +)
        guard isThrough else {
            findings.done = rows
            findings.checkpoint = desk.sealed(place)
            return findings
        }
        findings.rows = rows
        findings.level = .attestation
        for (call, rows) in zip(calls, place.rows) {
            let name = call.dataset ?? ""
            let known = findings.parts.firstIndex { $0.name == name }
            if let known {
                findings.parts[known] = TargetFindings.Part(name, "copied", rows: findings.parts[known].rows + rows)
            } else {
                findings.parts.append(TargetFindings.Part(name, "copied", rows: rows))
            }
        }
        return findings
    }
}
