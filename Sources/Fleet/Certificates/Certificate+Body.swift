import FoundationEssentials
package import Ledger
import Rights

/// The JSON of a certificate: members in one order, times in UTC, nothing that depends on when or where it is written.
extension Certificate {
    /// - Parameter key: whose signature it will bear; nil for one without.
    package func body(signedWith key: KeyRing.SigningKey?) -> String {
        var writer = JSONWriter(capacity: 2_048 + 1_024 * targets.count)
        let standing = FanOutStanding(targets) { registry.system($0)?.kind }
        writer.object { body in
            body.member("v", Self.version)
            body.member("certificate", id)
            body.member("number", number)
            body.member("interim", isInterim)
            body.member("issued_at", issuedAt)
            body.member("issuer", issuer)
            describeCase(&body)
            body.key("targets")
            body.array(targets) { list, target in list.object { describe(target, &$0) } }
            describe(standing, &body)
            body.key("totals")
            body.object { count(standing, &$0) }
            body.key("evidence")
            body.object { chain in
                chain.member("chain", record.chain.id)
                chain.member("facts", record.chain.sequence)
                chain.member("head", Hex.text(record.chain.head))
            }
            guard let key else { return }
            body.key("key")
            body.object { item in
                item.member("id", key.id)
                item.member("algorithm", "Ed25519")
                item.member("public_key", key.verifyingKey.base64)
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private var issuer: String {
        registry.policy(
            profile: record.profile,
            version: record.profileVersion,
            client: record.clientID.flatMap { registry.client($0) },
            agreement: record.agreementVersion
        ).profile.sender.name
    }

    private func describeCase(_ body: inout JSONWriter) {
        body.member("request", record.id)
        body.member("kind", record.kind.rawValue)
        body.member("client", record.clientID)
        body.member("right", record.right)
        body.member("operation", record.kind == .endOfContract ? .eraseTenant : record.right.map(TargetOperation.init))
        body.member("regulation", record.regulation)
        body.member("submitted_at", record.submittedAt)
        body.member("received_at", record.receivedAt)
        body.member("instructed_at", record.lane == .fulfilment ? record.anchor : nil)
        body.member("state", record.state.rawValue)
        body.member("state_since", record.stateSince)
        body.member("refusal", record.refusal)
        body.member("article", record.refusal?.source)
    }

    private func describe(_ target: FanOutTarget, _ item: inout JSONWriter) {
        let system = registry.system(target.system)
        let findings = target.findings
        item.member("target", target.id)
        item.member("system", target.system)
        item.member("system_version", target.systemVersion)
        item.member("title", system?.title)
        item.member("kind", system?.kind)
        item.member("company", system?.company)
        item.member("region", system?.region)
        item.member("part", target.part)
        item.member("operation", target.operation)
        item.member("way", target.way)
        item.member("note", target.note)
        item.member("mandatory", target.isMandatory)
        item.member("state", target.state)
        item.member("outcome", target.outcome)
        item.member("cause", target.cause)
        item.member("reason", findings.reason)
        item.member("acted_at", target.actedAt)
        item.member("restorable_until", target.state == .grace ? target.verifyAt : nil)
        item.member("verified_at", target.verifiedAt)
        item.member("verified_by", target.verifiedBy)
        item.member("level_wanted", target.level)
        item.member("rows", findings.rows)
        if !findings.parts.isEmpty {
            item.key("parts")
            item.array(findings.parts) { list, part in
                list.object {
                    $0.member("name", part.name)
                    $0.member("action", part.action)
                    $0.member("rows", part.rows)
                }
            }
        }
        item.member("still_there", findings.stillThere)
        if !target.kept.isEmpty {
            item.key("kept")
            item.array(target.kept) { list, kept in list.object { kept.write(to: &$0) } }
        }
        item.member("backups_until", target.backupsUntil)
        item.member("gone_by", target.goneBy)
        item.member("asked_anew", target.repeats == 0 ? nil : target.repeats)
        prove(target, &item)
    }

    /// How it is known what became of it: what was called with which key, what was answered, over whose signature.
    private func prove(_ target: FanOutTarget, _ item: inout JSONWriter) {
        guard target.way == .connector || target.way == .person else { return }
        item.key("proof")
        item.object { proof in
            proof.member("key", target.key)
            proof.member("digest", target.findings.digest)
            if let signature = target.findings.signature {
                proof.key("signature")
                proof.object {
                    $0.member("domain", signature.domain)
                    $0.member("certificate", signature.certificate)
                }
            }
            let calls = (effects[target.id] ?? []).sorted { $0.id < $1.id }
            guard !calls.isEmpty else { return }
            proof.key("calls")
            proof.array(calls) { list, call in
                list.object {
                    $0.member("effect", call.id)
                    $0.member("kind", call.kind?.rawValue)
                    $0.member("attempts", call.attempts)
                    $0.member("outcome", call.outcome)
                    $0.member("cause", call.cause)
                    $0.member("status", call.status)
                    if let seen = seenAtOnce(call) {
                        $0.member("then_seen_by", seen.level)
                        $0.member("seen_status", seen.seenStatus)
                    }
                    $0.member("ended_at", call.endedAt)
                }
            }
        }
    }

    /// What a look has shown in the attempt that had acted; nil where there was none.
    private func seenAtOnce(_ call: EffectRecord) -> TargetFindings? {
        guard call.kind == .targetAct, let findings = call.findings.map({ TargetFindings(reading: $0) }),
            findings.stillThere == 0
        else { return nil }
        return findings
    }

    private func describe(_ standing: FanOutStanding, _ body: inout JSONWriter) {
        func name(_ id: String, _ item: inout JSONWriter) {
            item.member("system", id)
            item.member("title", registry.system(id)?.title)
        }
        body.key("clients_own")
        body.array(standing.clientsOwn) { list, id in list.object { name(id, &$0) } }
        body.key("gone_by_time")
        body.array(standing.going) { list, going in
            list.object { item in
                name(going.system, &item)
                item.member("kind", registry.system(going.system)?.kind)
                item.member("gone_by", going.by)
            }
        }
        body.key("remains")
        body.array(standing.kept) { list, held in
            list.object { item in
                name(held.system, &item)
                item.member("why", "kept")
                held.kept.write(to: &item)
            }
        }
        body.key("not_done")
        body.array(standing.gaps) { list, gap in
            list.object { item in
                name(gap.system, &item)
                item.member("part", gap.part)
                item.member("why", gap.reason)
                item.member("until", gap.until)
            }
        }
        body.member("backups_until", standing.backupsUntil)
        body.member("logs_until", standing.logsUntil)
    }

    private func count(_ standing: FanOutStanding, _ totals: inout JSONWriter) {
        func count(_ states: FanOutTarget.State...) -> Int { targets.count { states.contains($0.state) } }
        totals.member("targets", targets.count)
        totals.member("verified", count(.verified))
        totals.member("listed", count(.listed))
        totals.member("under_way", targets.count { !$0.state.isFinal && $0.state != .stuck })
        totals.member("stuck", count(.stuck))
        totals.member("left_out", count(.left, .cancelled))
        totals.member("kept", standing.kept.count)
        totals.member("rows", targets.compactMap(\.findings.rows).reduce(0, +))
        // Of one table in several systems, each with its own count: an end of contract is read off here.
        let tables = targets.flatMap { target in target.findings.parts.map { (target.system, $0) } }
        guard !tables.isEmpty else { return }
        totals.member("tables", Set(tables.map { "\($0.0)/\($0.1.name)" }).count)
        let actions = Dictionary(grouping: tables, by: \.1.action).mapValues { $0.map(\.1.rows).reduce(0, +) }
        totals.key("rows_by_action")
        totals.array(actions.sorted { $0.key < $1.key }) { list, entry in
            list.object {
                $0.member("action", entry.key)
                $0.member("rows", entry.value)
            }
        }
    }
}
