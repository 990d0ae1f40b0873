import Fleet
import FoundationEssentials
import Ledger
import Rights

/// `suppression.added`: whose data the client is not to use for something any more. The person travels sealed for the client's key;
/// a client without one is told by the answer alone.
enum SuppressionMessage {
    static func row(
        _ scopes: [Suppressions.Scope],
        _ request: RequestSubmitted,
        _ record: CaseFileRecord,
        _ desk: CaseDesk
    ) throws -> OutboxRow? {
        guard let client = record.clientID.flatMap({ desk.registry.client($0) }), let text = client.publicKey,
            let key = try? ReceiverKey(jwk: text)
        else { return nil }
        var personal = JSONWriter()
        personal.object { $0.member("identities", request.subjects.first?.identities ?? []) }
        let sealed = try key.seal(personal.bytes)
        let id = UUID.version7(at: desk.now)
        let type = OutcomeType.suppressionAdded.name
        var body = JSONWriter()
        body.object { event in
            event.member("specversion", "1.0")
            event.member("id", id)
            event.member("source", "/habeas")
            event.member("type", type)
            event.member("time", desk.now)
            event.member("datacontenttype", "application/json")
            event.key("data")
            event.object { data in
                data.member("request", record.id)
                data.member("client", client.id)
                data.member("scopes", scopes)
                data.member("since", desk.now)
                data.member("sealed", sealed)
            }
        }
        return OutboxRow(
            id: id,
            kind: .outcome,
            exchange: Topology.outcomes,
            routingKey: "client.\(client.id).\(type)",
            messageType: type,
            subjectID: record.id,
            body: body.bytes,
            createdAt: desk.machineNow
        )
    }
}
