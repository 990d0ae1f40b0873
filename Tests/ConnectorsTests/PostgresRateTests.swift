import Fleet
import Foundation
import Glibc
import Rights
import TestKit
import Testing

@testable import Connectors

/// Not a test but a measurement, taken where `HABEAS_MEASURE` names a file for its figures.
@Suite(
    "The rate of erasures in one own database",
    .database,
    .enabled(if: ProcessInfo.processInfo.environment["HABEAS_MEASURE"] != nil)
)
struct PostgresRateTests {
    private static let people = 4_000
    private static let inFlight = 64

    @Test("Show 6: erasures a second with 64 in flight, and the processor time of a thousand")
    func rate() async throws {
        let fixture = try await PostgresFixture()
        try await fixture.run(
            """
            INSERT INTO account (client, email) SELECT 'ACME', 'p' || n || '@example.com' FROM generate_series(1, \(Self.people)) n;
            INSERT INTO address (account, street) SELECT id, 's' FROM account;
            INSERT INTO room (address, label) SELECT id, 'r' FROM address, generate_series(1, 3);
            INSERT INTO survey (client, id, email) SELECT 'ACME', row_number() OVER (), email FROM account;
            CREATE INDEX ON address (account); CREATE INDEX ON room (address); CREATE INDEX ON survey (email);
            CREATE INDEX ON invoice (account); CREATE INDEX ON account (customer);
            ANALYZE
            """
        )
        let orders = try (1...Self.people).map { number in
            fixture.order(of: [try PostgresFixture.email("p\(number)@example.com")])
        }
        let (began, used) = (ContinuousClock.now, Self.processor())
        let done = await withTaskGroup(of: Bool.self) { group in
            var (next, done) = (0, 0)
            while next < orders.count || !group.isEmpty {
                while next < orders.count, next - done < Self.inFlight {
                    let order = orders[next]
                    group.addTask { [connector = fixture.connector] in await connector.perform(order).findings.rows == 6
                    }
                    next += 1
                }
                guard let isDone = await group.next() else { break }
                done += isDone ? 1 : 0
                if !isDone { break }
            }
            return done
        }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let processor = Self.processor() - used
        #expect(done == Self.people)
        let file = try #require(ProcessInfo.processInfo.environment["HABEAS_MEASURE"])
        let figures = """
            {"erasures": \(done), "rows": \(done * 6), "seconds": \(seconds), "per_second": \(Double(done) / seconds),
            "own_cpu_seconds_per_1000": \(processor / Double(done) * 1_000)}\n
            """
        try figures.write(toFile: file, atomically: true, encoding: .utf8)
        await fixture.connector.close()
    }

    private static func processor() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let times = [usage.ru_utime, usage.ru_stime]
        return times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1_000_000 }
    }
}
