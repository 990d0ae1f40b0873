import AMQP
import Fleet
import Foundation
import Ledger
import Postgres
import TestKit
import Testing

/// A handler whose messages are words: each becomes a row, and a test may interfere at every step.
struct WordHandler: BatchHandler {
    /// Whether a word that was taken before is left alone, as a real worker's inbox does.
    var remembers = false
    /// Runs while messages are read.
    var reading: @Sendable ([String]) async throws -> Void = { _ in }
    /// Runs inside the transaction, before it writes.
    var writing: @Sendable ([String], PostgresConnection) async throws -> Void = { _, _ in }
    /// Told of the words that are parked, before they are.
    var parking: @Sendable (String) async throws -> Void = { _ in }

    func prepare(_ deliveries: [Delivery]) async throws -> [String] {
        let words = deliveries.map(Self.word)
        try await reading(words)
        return words
    }

    func commit(_ words: [String], on connection: PostgresConnection) async throws -> [OutboxRow] {
        try await connection.transaction { connection in
            try await writing(words, connection)
            var fresh = words
            if remembers {
                fresh = try await connection.query(
                    "INSERT INTO taken SELECT unnest(\(words)::text[]) ON CONFLICT DO NOTHING RETURNING word"
                ).decode(as: String.self)
            }
            _ = try await connection.query("INSERT INTO effect SELECT unnest(\(fresh)::text[])")
        }
        return []
    }

    func park(_ delivery: Delivery, because reason: ParkReason, on connection: PostgresConnection) async throws
        -> [OutboxRow]
    {
        try await parking(Self.word(delivery))
        _ = try await connection.query("INSERT INTO parked VALUES (\(Self.word(delivery)), \(reason.fault))")
        return []
    }

    func messageKey(of delivery: Delivery) -> [UInt8] { delivery.body }

    private static func word(_ delivery: Delivery) -> String { String(decoding: delivery.body, as: UTF8.self) }
}

/// A list that tasks write and a test reads.
actor Notes<Element: Sendable> {
    private(set) var all: [Element] = []

    func add(_ element: Element) { all.append(element) }
}

/// Where tasks wait until a test lets them go.
actor Door {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private(set) var arrivals = 0

    func pass() async {
        arrivals += 1
        guard !isOpen else { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}

/// Waits until `condition` holds; an issue is recorded if it does not in time.
func expectSoon(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: @Sendable () async throws -> Bool
) async throws {
    let holds = try await eventually(condition)
    #expect(holds, sourceLocation: sourceLocation)
}
