import AMQP
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Parked messages that are read again.
extension IntakeTransaction {
    /// Ends the parked messages that were read again and accepted; one refused again stays open with its new fault.
    func resolve(_ items: [IntakeItem], _ fold: inout IntakeFold) {
        var refused: [UUID: Refusal] = [:]
        for (_, refusal) in fold.refusals { if let replay = refusal.replayOf { refused[replay.parkedID] = refusal } }
        for item in items {
            let replay: PreparedEvent.Replay? =
                switch item.content {
                case .event(let event): event.replayOf
                case .refused(let refusal): refusal.replayOf
                case .replay, .reconsider: nil
                }
            guard let replay else { continue }
            let refusal = refused[replay.parkedID]
            var chain = replay.chain
            fold.changes.evidence.add(
                chain.append(
                    refusal == nil ? "parked.replayed" : "parked.replay_refused",
                    at: fold.state.now,
                    actor: "intake",
                    clientID: nil,
                    body: Facts.replay(refusal)
                )
            )
            if let statement = ChainHeads.write(chain) { fold.statements.append(statement) }
            if let refusal {
                fold.statements.append(
                    """
                    UPDATE habeas.parked_message
                       SET field = \(refusal.field), fault = \(refusal.fault.rawValue), remedy = \(refusal.remedy),
                           origin = CASE origin WHEN 'rate' THEN 'refused' ELSE origin END, replay_at = NULL
                     WHERE id = \(replay.parkedID) AND state = 'open'
                    """
                )
            } else {
                fold.changes.deadlines.end(subject: replay.parkedID, isMet: true)
                fold.statements.append(
                    """
                    UPDATE habeas.parked_message SET state = 'replayed', resolved_at = \(fold.state.now)
                     WHERE id = \(replay.parkedID) AND state = 'open'
                    """
                )
            }
        }
    }

    /// Turns each request for a replay into the parked messages it names, read again. They come before everything else of the
    /// batch, as they did before: the same event sent anew finds itself taken in, and never the other way round.
    func withReplays(on connection: PostgresConnection) async throws -> [IntakeItem] {
        var replays: [IntakeItem] = []
        var others: [IntakeItem] = []
        var read: Set<UUID> = []
        for item in items {
            guard case .replay(let ids) = item.content else {
                others.append(item)
                continue
            }
            let rows = try await connection.query(
                """
                SELECT id, publisher_id, received_at, kek_id, wrapped_key, payload, properties, evidence_seq, evidence_head,
                       origin = 'rate' AS had_its_turn
                  FROM habeas.parked_message
                 WHERE id = ANY(\(ids)::uuid[]) AND state = 'open' AND payload IS NOT NULL AND NOT truncated
                 ORDER BY id FOR NO KEY UPDATE
                """
            )
            // Locked in id order, taken in the order they were asked for: that in which they came.
            let known = Dictionary(
                try rows.map { (try $0.decode(0, as: UUID.self), $0) },
                uniquingKeysWith: { first, _ in first }
            )
            // One that is asked for twice is read once: its chain is written from what is read here.
            for row in ids.filter({ read.insert($0).inserted }).compactMap({ known[$0] }) {
                replays.append(try replayed(row, asked: item.delivery))
            }
        }
        return replays + others
    }

    private func replayed(_ row: Row, asked: Delivery) throws -> IntakeItem {
        let (id, publisherID, receivedAt, kek, wrapped, payload, properties, sequence, head) = try row.decode(
            UUID.self,
            String?.self,
            Date.self,
            String.self,
            [UInt8].self,
            [UInt8].self,
            [UInt8]?.self,
            Int.self,
            [UInt8].self
        )
        let key = try CaseKey(unwrapping: .init(kekID: kek, bytes: wrapped), for: id, with: preparation.ring)
        let body = try key.open(payload, as: .payload)
        let context =
            try properties.map { ParkedProperties.context(reading: try key.open($0, as: .properties)) }
            ?? MessageContext()
        // A publisher that was unknown then may be registered now.
        let publisher =
            publisherID.flatMap { preparation.registry.publisher(id: $0) }
            ?? context.userID.flatMap { preparation.registry.publisher(brokerUser: $0) }
        let content = try preparation.again(
            .init(
                parkedID: id,
                receivedAt: receivedAt,
                chain: EvidenceChain(.parked, id: id, sequence: sequence, head: head),
                hadItsTurn: try row.decode("had_its_turn")
            ),
            publisher: publisher,
            context: context,
            body: body
        )
        return IntakeItem(delivery: asked, content: content, registryVersion: preparation.registry.version)
    }
}
