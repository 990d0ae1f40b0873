import AMQP
import Clock
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import ServiceLifecycle
import TestKit
import Testing

@Suite("Housekeeping", .database)
struct HousekeepingTests {
    @Test("destroys a parked payload with its key after thirty days, and keeps reason, digest and evidence")
    func retention() async throws {
        try await ClockFixture.with { fixture in
            try await fixture.store([ClockFixture.letter("a"), ClockFixture.letter("b")])
            try await fixture.goAhead(hours: 30 * 24 - 1)
            try await fixture.housekeeping.once()
            #expect(try await fixture.opened().count == 2)
            try await fixture.goAhead(hours: 30 * 24 + 1)
            try await fixture.housekeeping.once()
            try await fixture.housekeeping.once()
            #expect(
                try await fixture.count(
                    """
                    SELECT count(*) FROM habeas.parked_message
                     WHERE payload IS NULL AND properties IS NULL AND wrapped_key IS NULL AND kek_id IS NULL
                       AND length(message_key) = 32 AND fault = 'delivery_limit' AND length(remedy) > 20 AND state = 'open'
                    """
                ) == 2
            )
            #expect(try await fixture.count("SELECT count(*) FROM habeas.evidence") == 2)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("ends what waited in vain, more than one transaction holds")
    func expiry() async throws {
        try await ClockFixture.with { fixture in
            for number in 0..<120 {
                try await fixture.wait(.feePaid, ref: "r\(number)", body: "{\(number)}", key: [9, UInt8(number)])
            }
            try await fixture.goAhead(hours: 25)
            try await fixture.housekeeping.once()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.early_event") == 0)
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.parked_message WHERE origin = 'expired'") == 120
            )
        }
    }

    @Test("forgets attempts of messages long gone, and no others")
    func attempts() async throws {
        try await ClockFixture.with { fixture in
            try await fixture.owner.withConnection { connection in
                try await connection.execute(
                    """
                    INSERT INTO habeas.message_attempt VALUES ('\\x01', 3, now() - interval '31 days'), ('\\x02', 3, now() - interval '29 days')
                    """
                )
            }
            try await fixture.housekeeping.once()
            #expect(try await fixture.text("SELECT encode(message_key, 'hex') FROM habeas.message_attempt") == ["02"])
        }
    }

    @Test("keeps partitions of the outbox ahead and drops settled ones of long ago, under the clock's own role")
    func partitions() async throws {
        try await ClockFixture.with { fixture in
            try await fixture.owner.withConnection { connection in
                try await connection.execute(
                    """
                    CREATE TABLE habeas.outbox_20200101 PARTITION OF habeas.outbox
                      FOR VALUES FROM ('2020-01-01 00:00Z') TO ('2020-01-02 00:00Z');
                    """
                )
                let tomorrow = try await connection.query(
                    "SELECT to_char(now() AT TIME ZONE 'UTC' + interval '7 days', 'YYYYMMDD')"
                ).only
                try await connection.execute("DROP TABLE habeas.outbox_\(try tomorrow.decode(0, as: String.self))")
            }
            try await fixture.housekeeping.once()
            #expect(try await fixture.count("SELECT count(*) FROM pg_class WHERE relname = 'outbox_20200101'") == 0)
            #expect(
                try await fixture.count(
                    """
                    SELECT count(*) FROM pg_class
                     WHERE relname = 'outbox_' || to_char(now() AT TIME ZONE 'UTC' + interval '7 days', 'YYYYMMDD')
                    """
                ) == 1
            )
        }
    }

    @Test("runs until it is shut down, started and stopped again and again, in any number of copies")
    func storm() async throws {
        try await ClockFixture.with { fixture in
            for round in 0..<5 {
                try await fixture.wait(.feePaid, ref: "r\(round)", body: "{\(round)}", key: [7, UInt8(round)])
                try await fixture.goAhead(hours: 25 + round * 30)
                let group = ServiceGroup(
                    configuration: .init(
                        services: [fixture.housekeeping, fixture.housekeeping].map { .init(service: $0) },
                        logger: ClockFixture.quiet
                    )
                )
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { try await group.run() }
                    try await expectSoon {
                        try await fixture.count(
                            "SELECT count(*) FROM habeas.parked_message WHERE origin = 'expired'"
                        ) == round + 1
                    }
                    await group.triggerGracefulShutdown()
                    try await tasks.waitForAll()
                }
            }
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }
}
