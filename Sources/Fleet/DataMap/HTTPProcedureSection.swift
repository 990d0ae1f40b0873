import Rights
import Yams

/// Reads what an `http` connector does for one operation.
struct HTTPProcedureSection {
    static let keys = ["lookup", "calls", "poll", "verify", "cancel", "fields"]

    let operation: TargetOperation
    let section: YAMLMapping
    let hasKeyHeader: Bool

    func read() throws(PolicyFault) -> HTTPDescription.Procedure {
        try section.allow(Self.keys)
        var procedure = HTTPDescription.Procedure()
        var known: Set<HTTPPlaceholder> = [.key, .client]
        if operation != .eraseTenant {
            known.formUnion([.identity, .identityType])
            known.formUnion(IdentityType.allCases.map { .known($0) })
        }
        procedure.lookups = try calls("lookup", .lookup, known)
        if !procedure.lookups.isEmpty { known.insert(.id) }
        if operation == .rectify { known.formUnion([.field, .value]) }
        if operation == .suppress { known.insert(.scope) }
        procedure.fields = try fields()
        procedure.calls = try calls("calls", operation == .collect ? .collect : .call, known)
        guard !procedure.calls.isEmpty else {
            throw section.fault("calls", "is missing", "describe what is called, one after another")
        }
        if operation == .collect {
            for key in ["poll", "verify", "cancel"] where section.node(key) != nil {
                throw section.fault(key, "belongs to what changes something, which a copy does not", "take it out")
            }
        }
        if procedure.calls.contains(where: { $0.reference != nil || $0.referenceHeader != nil }) {
            known.insert(.reference)
        }
        procedure.poll = try call("poll", .poll, known)
        procedure.verify = try calls("verify", .verify, known)
        procedure.cancel = try call("cancel", .cancel, known)
        try check(procedure)
        return procedure
    }

    private func call(
        _ key: String,
        _ role: HTTPCallSection.Role,
        _ known: Set<HTTPPlaceholder>
    ) throws(PolicyFault) -> HTTPDescription.Call? {
        guard let section = try section.section(key) else { return nil }
        return try HTTPCallSection(role: role, section: section, known: known).read()
    }

    /// One call, or a list of them.
    private func calls(
        _ key: String,
        _ role: HTTPCallSection.Role,
        _ known: Set<HTTPPlaceholder>
    ) throws(PolicyFault) -> [HTTPDescription.Call] {
        guard let node = section.node(key) else { return [] }
        guard case .sequence = node else { return try call(key, role, known).map { [$0] } ?? [] }
        var calls: [HTTPDescription.Call] = []
        for part in try section.sections(key) {
            calls.append(try HTTPCallSection(role: role, section: part, known: known).read())
        }
        return calls
    }

    private func fields() throws(PolicyFault) -> [String: String] {
        guard let list = try section.section("fields") else { return [:] }
        guard operation == .rectify else {
            throw section.fault("fields", "belongs to rectify", "take it out")
        }
        var fields: [String: String] = [:]
        for key in list.keys { fields[key] = try list.required(key) }
        return fields
    }

    // MARK: The whole

    private func check(_ procedure: HTTPDescription.Procedure) throws(PolicyFault) {
        for call in procedure.calls + procedure.verify
        where !call.placeholders.isDisjoint(with: [.field, .value]) && procedure.fields.isEmpty {
            throw section.fault(
                "fields",
                "is missing: whoever asks would choose what is written to",
                "list the fields that can be corrected, as `name: full_name`"
            )
        }
        if operation != .eraseTenant, let call = procedure.calls.first(where: { !isAboutSomebody($0) }) {
            throw section.fault(
                "calls",
                "has a \(call.method) that says not whom it is about",
                "put {id}, {identity} or an identity's type into it"
            )
        }
        try checkPending(procedure)
        let isKnown = hasKeyHeader || !procedure.verify.isEmpty || (operation == .erase && !procedure.lookups.isEmpty)
        // A copy changes nothing, however often it is made.
        if !isKnown, operation != .collect,
            procedure.calls.contains(where: { $0.method == "POST" && !$0.isRepeatable })
        {
            throw section.fault(
                "calls",
                "has a POST that cannot be made again when no answer came",
                "name the `key_header`, describe `verify`, or say `repeatable: true`"
            )
        }
        // That somebody is there proves nothing of what does not take them away.
        if operation != .erase, operation != .eraseTenant,
            procedure.verify.contains(where: { $0.field == nil && $0.statuses.isEmpty && $0.items == nil })
        {
            throw section.fault("verify", "says not how it is known to be done", "name the `field` and its `words`")
        }
    }

    private func isAboutSomebody(_ call: HTTPDescription.Call) -> Bool {
        call.placeholders.contains { $0.isIdentity || $0 == .id }
    }

    private func checkPending(_ procedure: HTTPDescription.Procedure) throws(PolicyFault) {
        guard let poll = procedure.poll else {
            if procedure.calls.contains(where: { $0.means.contains(.pending) && $0.grace == nil }) {
                throw section.fault(
                    "poll",
                    "is missing, and a call can be pending",
                    "describe how to ask whether it is done"
                )
            }
            return
        }
        guard poll.field != nil || poll.items != nil || poll.means.contains(.absent) || poll.means.contains(.done)
        else {
            throw section.fault(
                "poll",
                "says not how it is known to be done",
                "name the `field` and its `words`, `items`, or the `statuses` that mean done or absent"
            )
        }
    }
}
