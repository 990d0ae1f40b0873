import Connectors
import Erasure
import FanOutKit
import Rights
import TestKit

/// The erasure worker, with systems that answer as the test says.
typealias ErasureFixture = FanOutBench<ErasurePlanner, TargetPerformer, ScriptedPeers>

extension FanOutBench where Planner == ErasurePlanner, Performer == TargetPerformer, Peers == ScriptedPeers {
    /// - Parameter systems: the data map, each entry as it stands in a file.
    static func with(
        _ systems: [String],
        _ peers: ScriptedPeers = ScriptedPeers(),
        _ body: (ErasureFixture) async throws -> Void
    ) async throws {
        let ways = ["postgres", "opendsr", "http", "amqp", "email"]
        let book = ConnectorBook(Dictionary(uniqueKeysWithValues: ways.map { ($0, peers) }))
        let fixture = try await ErasureFixture(try Database.current, .erasure, role: "erasure", systems, peers) {
            ring,
            registry in
            (
                ErasurePlanner(ring: ring),
                TargetPerformer(ring: ring, registry: registry, connectors: book)
            )
        }
        do {
            try await body(fixture)
            try await fixture.close()
        } catch {
            try await fixture.close()
            throw error
        }
    }
}
