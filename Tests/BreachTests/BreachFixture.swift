import Breach
import FanOutKit
import Fleet
import Foundation
import Ledger
import Outbound
import Postgres
import Rights
import TestKit
import Testing

/// A real receiver of webhooks and a real mail server, as clients have them.
struct Receivers: Sendable {
    let server: LoopbackServer
    let sink: MailSink
    let outbound: OutboundServices

    init() throws {
        server = try LoopbackServer()
        sink = try MailSink()
        let fleet = try FleetConfiguration.load(
            environment: [
                "HABEAS_MAIL_HOST": "127.0.0.1", "HABEAS_MAIL_PORT": "\(sink.port)", "HABEAS_MAIL_SECURITY": "none",
                "HABEAS_MAIL_INTERNAL": "true", "HABEAS_MAIL_FROM": "privacy@vendor.example",
                "HABEAS_OUTBOUND_REFERENCE_BASE": "https://privacy.vendor.example",
            ]
        )
        outbound = try OutboundServices(
            fleet,
            publisher: nil,
            environment: ["HOOK": "whsec_" + Data((0..<32).map { UInt8($0) }).base64EncodedString()],
            logger: BreachFixture.quiet
        )
    }

    func hook(_ status: Int, name: String = "hook") -> ClientChannel {
        ClientChannel(
            .webhook,
            name: name,
            url: "\(server.base)/status?\(status)",
            secrets: ["env:HOOK"],
            isInternal: true
        )
    }

    func post(_ address: String) -> ClientChannel { ClientChannel(.mail, name: "post", addresses: [address]) }

    /// The bodies of the calls so far, as JSON.
    var calls: [[String: Any]] {
        server.requests.compactMap { request in
            guard let end = request.range(of: "\r\n\r\n") else { return nil }
            return try? JSONSerialization.jsonObject(with: Data(request[end.upperBound...].utf8)) as? [String: Any]
        }
    }
}

/// The breach worker with intake and clock around it.
typealias BreachFixture = FanOutBench<NoticePlanner, BreachPerformer, Receivers>

extension FanOutBench where Planner == NoticePlanner, Performer == BreachPerformer, Peers == Receivers {
    /// - Parameter systems: the data map, each entry as it stands in a file.
    static func with(_ systems: [String] = [], _ body: (BreachFixture) async throws -> Void) async throws {
        let receivers = try Receivers()
        let fixture = try await BreachFixture(try Database.current, .breach, role: "breach", systems, receivers) {
            ring,
            registry in
            (
                NoticePlanner(ring: ring, registry: registry),
                BreachPerformer(
                    ring: ring,
                    registry: registry,
                    letters: try letters.get(),
                    channels: receivers.outbound.channels,
                    mail: receivers.outbound.mail,
                    base: "https://privacy.vendor.example"
                )
            )
        }
        do {
            try await body(fixture)
            try await fixture.end()
        } catch {
            try await fixture.end()
            throw error
        }
    }

    /// Read once: every test would read the same files.
    private static var letters: Result<LetterBook, any Error> { BreachLetters.book }

    private func end() async throws {
        await peers.outbound.close()
        try await close()
        peers.server.stop()
        peers.sink.stop()
    }

    /// Registers clients, in the place of which an operator would.
    func register(_ clients: [(id: String, channels: [ClientChannel])], country: String = "DE", baa: Bool = false)
        async throws
    {
        try await owner.withConnection { connection in
            for client in clients {
                _ = try await connection.query(
                    """
                    INSERT INTO habeas.client (id, names, country, time_zone, dpa_signed_on, baa_signed, channels)
                    VALUES (\(client.id), \([client.id.capitalized + " Ltd"]), \(country), 'Europe/Berlin', '2026-01-01', \(baa),
                      \(try ClientChannel.text(of: client.channels)))
                    ON CONFLICT (id) DO UPDATE SET channels = excluded.channels
                    """
                )
            }
            _ = try await connection.pipeline(ClientTargets(try await Registry.load(on: connection)).missing)
        }
    }

    /// Reports an incident; further members as JSON text.
    func report(
        _ ref: String = "I-1",
        affected: String = "",
        aware: Date = Date(timeIntervalSinceNow: -600),
        more: String = ""
    ) async throws -> UUID {
        let time = EventTime.text(aware)
        try await publish(
            "breach.detected",
            """
            {"incident_ref":"\(ref)","discovered_at":"\(time)","aware_at":"\(time)","nature":"A bucket was readable.",\
            "categories":["contact","messages"],"risk":"risk","affected":[\(affected)]\(more)}
            """
        )
        return try #require(try await ids("SELECT id FROM habeas.incident WHERE incident_ref = \(ref)").first)
    }

    /// Looks at an incident in several workers at once; who loses against another looks again.
    func wake(_ incident: UUID, copies: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<copies {
                group.addTask {
                    while true {
                        do { return try await wake(incident) } catch let error as PostgresError
                            where error.sqlState == .serializationFailure || error.sqlState == .deadlockDetected
                        {
                            continue
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// The case of a client's part.
    func notice(_ client: String) async throws -> UUID {
        try #require(try await ids("SELECT case_id FROM habeas.breach_notice WHERE client_id = \(client)").first)
    }

    /// `breach.notice 1 hook done`, in the order in which they were planned.
    func effects(_ id: UUID) async throws -> [String] {
        try await text(
            """
            SELECT concat_ws(' ', kind, parameters::jsonb ->> 'for', parameters::jsonb ->> 'channel', state) FROM habeas.effect
             WHERE subject_id = \(id) ORDER BY planned_at, id
            """
        )
    }
}

/// The letters that come with the project.
private enum BreachLetters {
    static let book = Result { try LetterBook(folder: BreachFixture.deploy) as LetterBook }.mapError { $0 as any Error }
}
