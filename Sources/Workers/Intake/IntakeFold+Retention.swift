import AMQP
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

extension IntakeFold {
    /// A client's data are kept longer after its contract, asked for and agreed (K8): the erasure waits until then, and its date
    /// moves with it. An agreement that would shorten an earlier one, or that is over already, changes nothing, and a fact says
    /// so; one that comes after the erasure has begun is refused, for a person to look at.
    mutating func agree(_ data: ClientRetentionAgreed, _ prepared: PreparedEvent, _ delivery: Delivery) {
        let open = state.contracts(of: data.client)
        guard !open.contains(where: { state.planned.contains($0.id) }) else {
            return refuse(
                delivery,
                prepared,
                "data.client",
                .unlawful,
                "The erasure of this client's data has begun; speak with the client about what is left."
            )
        }
        keep(prepared, about: state.clientChains[data.client]?.id)
        let before = state.retained[data.client]
        guard data.until > state.now, before.map({ data.until > $0 }) ?? true else {
            let body = Facts.plain(prepared) { body in
                body.member("until", data.until)
                body.member("kept_until", before)
            }
            return record("client.retention_ignored", client: data.client, by: prepared, body: body)
        }
        state.retained[data.client] = data.until
        statements.append("UPDATE habeas.client SET retain_until = \(data.until) WHERE id = \(data.client)")
        let body = Facts.plain(prepared) { body in
            body.member("until", data.until)
            body.member("kept_until", before)
        }
        record("client.retention_agreed", client: data.client, by: prepared, body: body)
        for contract in open { extend(contract, before: before, to: data.until, prepared) }
    }

    private mutating func extend(
        _ contract: CaseFileRecord,
        before: Date?,
        to until: Date,
        _ prepared: PreparedEvent
    ) {
        let policy = changes.policy(of: contract)
        let place = changes.place(of: contract)
        let atlas = changes.registry.atlas
        guard let rule = policy.clock(.endOfContract)?.rule else { return }
        let contractual = Deadline(rule, from: contract.anchor, at: place, atlas: atlas)
        func purge(_ until: Date) -> Deadline {
            AgreedRetention.deadline(contractual, keptUntil: until, policy: policy, place: place, atlas: atlas)
        }
        let old = before.map(purge) ?? contractual
        let new = purge(until)
        if new != old {
            changes.deadlines.change(
                new,
                subject: contract.id,
                reopening: new.due.map { $0 > state.now } ?? false
            )
        }
        let body = Facts.plain(prepared) { body in
            body.member("until", until)
            body.member("due_before", old.due)
            body.member("due_after", new.due)
            body.member("rule", new.rule.id)
            body.member("article", new.rule.source)
        }
        record("retention.agreed", case: contract.id, by: prepared, body: body)
    }
}
