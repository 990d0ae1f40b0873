import AMQP
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Publishers with a rate: what comes faster waits its turn, encrypted, and is taken in by itself.
extension IntakeTransaction {
    enum Turn {
        /// Over the rate: it is kept until then, machine time.
        case comes(Date, key: [UInt8])
        /// The same event is kept already and will come.
        case isKept
    }

    /// How far ahead of its turn an event is taken in at once: a second's worth may come at the same moment.
    /// Less a microsecond, the database's grain: the first beyond a second's worth stands just there.
    private static let leniency = 0.999_999

    /// Which of the `fresh` events that the inbox has `taken` have to wait, by their inbox keys. Without publishers that have a
    /// rate, and for replays and breaches, nothing is asked and nothing written.
    ///
    /// Places are given out by one row a publisher, locked in id order after everything else: all copies together keep to the
    /// rate. The lock of an event's inbox row keeps the answer about what is kept true until the commit.
    func turns(
        of fresh: [(event: PreparedEvent, delivery: Delivery)],
        among taken: Set<[UInt8]>,
        at machineNow: Date,
        on connection: PostgresConnection
    ) async throws -> [[UInt8]: Turn] {
        let limited = fresh.lazy.map(\.event).filter { event in
            event.publisher.eventsPerSecond != nil && event.replayOf == nil && event.event.type.waitsItsTurn
                && taken.contains(event.inbox.dedupeKey)
        }.map { (event: $0, key: parking.messageKey(ofTurn: $0.inbox)) }
        guard !limited.isEmpty else { return [:] }
        let events = Array(limited)
        let rates = Dictionary(
            events.compactMap { event, _ in event.publisher.eventsPerSecond.map { (event.publisher.id, $0) } },
            uniquingKeysWith: { first, _ in first }
        )
        let rows = try await connection.query(claim(events.map { ($0.event.publisher.id, $0.key) }, rates))
        var known: [[UInt8]: Bool] = [:]
        var ends: [String: Date] = [:]
        for (publisher, key, isKept, end) in try rows.decode(String.self, [UInt8].self, Bool?.self, Date?.self) {
            known[key] = isKept
            ends[publisher] = end
        }
        return turns(of: events, known: known, ends: ends, rates: rates, at: machineNow)
    }

    /// Claims a place for each event that is not kept yet; tells of each event whether it is kept, was kept once, or neither,
    /// and where its publisher's places end now.
    private func claim(_ events: [(publisher: String, key: [UInt8])], _ rates: [String: Int]) -> SQL {
        let rates = rates.sorted { $0.key < $1.key }
        return """
            WITH event AS (
              SELECT e.publisher_id, e.message_key, p.state = 'open' AND p.origin = 'rate' AS is_kept
                FROM unnest(\(events.map(\.publisher))::text[], \(events.map(\.key))::bytea[]) AS e (publisher_id, message_key)
                LEFT JOIN habeas.parked_message p ON p.message_key = e.message_key
            ), claim AS (
              INSERT INTO habeas.publisher_rate AS r (publisher_id, next_at)
              SELECT l.publisher_id, now() + n.events * (interval '1 second' / l.rate)
                FROM unnest(\(rates.map(\.key))::text[], \(rates.map(\.value))::int8[]) AS l (publisher_id, rate)
                JOIN (SELECT publisher_id, count(*) AS events FROM event WHERE is_kept IS NOT TRUE GROUP BY publisher_id) AS n
                  USING (publisher_id)
               ORDER BY l.publisher_id
              ON CONFLICT (publisher_id) DO UPDATE SET next_at = greatest(r.next_at, now()) + (EXCLUDED.next_at - now())
              RETURNING r.publisher_id, r.next_at
            )
            SELECT e.publisher_id, e.message_key, e.is_kept, c.next_at FROM event e LEFT JOIN claim c USING (publisher_id)
            """
    }

    private func turns(
        of events: [(event: PreparedEvent, key: [UInt8])],
        known: [[UInt8]: Bool],
        ends: [String: Date],
        rates: [String: Int],
        at machineNow: Date
    ) -> [[UInt8]: Turn] {
        var turns: [[UInt8]: Turn] = [:]
        var behind: [String: Int] = [:]
        // From the last, whose place ends where the publisher's places end now.
        for (event, key) in events.reversed() {
            let publisher = event.publisher.id
            guard known[key] != true else {
                turns[event.inbox.dedupeKey] = .isKept
                continue
            }
            guard let end = ends[publisher], let rate = rates[publisher] else { continue }
            behind[publisher, default: 0] += 1
            let turn = end.addingTimeInterval(-Double(behind[publisher, default: 0]) / Double(rate))
            // One that was kept once, and ended, does not wait again: its message is on record under this key.
            guard known[key] == nil, turn.timeIntervalSince(machineNow) >= Self.leniency else { continue }
            turns[event.inbox.dedupeKey] = .comes(turn, key: key)
        }
        return turns
    }

    /// Keeps an event until its turn: no refusal, so nobody is told and nobody has to look at it, and its id is not used up.
    func wait(
        _ event: PreparedEvent,
        from delivery: Delivery,
        for turn: Turn,
        _ fold: inout IntakeFold
    ) throws {
        fold.release(event)
        guard case .comes(let time, let key) = turn else { return }
        let (record, fact) = try parking.record(
            delivery,
            queue: preparation.queue,
            origin: .rate,
            publisherID: event.publisher.id,
            eventType: event.event.type.name,
            field: "user-id",
            fault: FaultCode.overRate.rawValue,
            remedy: "Nothing to do: it is taken in by itself when its turn comes.",
            at: fold.state.now,
            recognisedBy: key,
            replayAt: time
        )
        fold.kept.append(record)
        fold.changes.evidence.add(fact)
    }
}
