import FoundationEssentials
import Ledger
import Postgres
import Rights

/// The events of an incident, opened, in the order in which they were taken in.
struct IncidentHistory {
    /// What is known after all of them; nil where there are none any more.
    private(set) var picture: IncidentPicture?

    /// - Parameter rows: id, time of receipt and the sealed words of each.
    init(_ rows: Rows, with ring: KeyRing) throws {
        for (id, received, kek, wrapped, payload) in try rows.decode(
            UUID.self,
            Date.self,
            String.self,
            [UInt8].self,
            [UInt8].self
        ) {
            let secret = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
            let bytes = try secret.opened(for: id, with: ring)
            switch try EventParser.parse(bytes, context: MessageContext(), now: received).get().payload {
            case .breachDetected(let data): picture = IncidentPicture(data)
            case .breachUpdated(let data): picture?.apply(data, receivedAt: received)
            default: break
            }
        }
    }
}
