import Fleet
import Rights

/// Who is meant.
extension HTTPErrand {
    /// Whom acting left behind, or whoever is found by now.
    mutating func known(for call: HTTPDescription.Call) async throws(HTTPObstacle) -> [Account] {
        if let accounts = progress?.accounts { return accounts }
        return try await accounts(for: [call])
    }

    /// Whom a look asks about: those known from acting and those found by now, since somebody may have come back.
    mutating func seen(by call: HTTPDescription.Call) async throws(HTTPObstacle) -> [Account] {
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

    mutating func accounts(for calls: [HTTPDescription.Call]) async throws(HTTPObstacle) -> [Account] {
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
                if found.reading.meaning == .absent {
                    hasBelievedStatus = hasBelievedStatus || found.reading.isByStatus
                }
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
    func persons(named calls: [HTTPDescription.Call]) throws(HTTPObstacle) -> [Account] {
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

    func values(of account: Account) -> [HTTPPlaceholder: String] {
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
    func fillings(
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
}
