import Foundation
import Testing

@testable import Fleet

struct TopologyTests {
    private let topology = Topology.fleet
    private let accounts = [
        BrokerAccount.publisher("acme", user: "acme-app"), BrokerAccount.client("acme", user: "acme-client"),
        BrokerAccount.app("billing", user: "app-billing"),
    ].compactMap(\.self)

    @Test(
        "Every queue is valid on brokers 3.10 to 4.x: quorum, explicit delivery limit, only arguments of quorum queues"
    )
    func laterBrokers() throws {
        let permitted: Set = [
            "x-queue-type", "x-delivery-limit", "x-dead-letter-exchange", "x-dead-letter-strategy", "x-overflow",
            "x-max-length", "x-max-length-bytes", "x-message-ttl",
        ]
        for queue in topology.queues + accounts.map(\.queue) {
            #expect(queue.arguments["x-queue-type"] == .text("quorum"))
            guard case .number(let limit)? = queue.arguments["x-delivery-limit"] else {
                Issue.record("\(queue.name) has no delivery limit")
                continue
            }
            #expect(limit > 0)
            #expect(permitted.isSuperset(of: queue.arguments.keys))
        }
    }

    @Test("Work queues dead-letter at least once to the park exchange, and have neither length nor expiry")
    func workQueues() {
        for queue in topology.queues where queue.name != Topology.parked {
            #expect(
                queue.arguments == [
                    "x-queue-type": .text("quorum"), "x-delivery-limit": .number(20),
                    "x-dead-letter-exchange": .text("habeas.parked"), "x-dead-letter-strategy": .text("at-least-once"),
                    "x-overflow": .text("reject-publish"),
                ]
            )
        }
    }

    @Test("The park queue can lose nothing: no expiry, no length, no further dead-lettering, no reachable limit")
    func parkQueue() throws {
        let park = try #require(topology.queues.first { $0.name == Topology.parked })
        #expect(Set(park.arguments.keys) == ["x-queue-type", "x-delivery-limit"])
        guard case .number(let limit)? = park.arguments["x-delivery-limit"] else { return }
        #expect(limit >= 1_000_000_000)
    }

    @Test("Every user may configure nothing and reaches only what it is meant to")
    func users() throws {
        for user in topology.users + accounts.map(\.user) {
            #expect(user.configurePattern == "^$")
            for pattern in [user.writePattern, user.readPattern] {
                #expect(pattern.hasPrefix("^") && pattern.hasSuffix("$"))
                #expect(try "amq.default".contains(Regex(pattern)) == false)
                #expect(try "habeasXintake".contains(Regex(pattern)) == false)
            }
        }
        let clock = try #require(topology.users.first { $0.name == "habeas-clock" })
        #expect(clock.readPattern == "^(habeas\\.parked)$")
        #expect(topology.users.count == 7)
        let exchanges = Set(topology.exchanges.map(\.name))
        let queues = Set(topology.queues.map(\.name))
        #expect(topology.users.allSatisfy { exchanges.isSuperset(of: $0.writes) && queues.isSuperset(of: $0.reads) })
        // Every queue has a reader.
        #expect(Set(topology.users.flatMap(\.reads)) == queues)
    }

    @Test("Every queue can be woken through habeas.work by its own name, except the park queue")
    func wakeUps() {
        for queue in topology.queues where queue.name != Topology.parked {
            #expect(topology.bindings.contains(DeclaredBinding(queue.name, to: Topology.work, key: queue.name)))
        }
    }

    @Test(
        "Ids that could reach a neighbour are no ids",
        arguments: ["", "acme.eu", "Acme", "a_b", "a*", "#", "ä", String(repeating: "a", count: 64)]
    )
    func ids(id: String) {
        #expect(BrokerAccount.publisher(id, user: "u") == nil)
        #expect(BrokerAccount.client(id, user: "u") == nil)
        #expect(BrokerAccount.app(id, user: "u") == nil)
    }

    @Test("The definitions are the same text each time, hold no password, and their digest is a SHA-256")
    func definitions() throws {
        let definitions = BrokerDefinitions(topology, virtualHost: "prod", includingUsers: true)
        let text = try definitions.json()
        #expect(try definitions.json() == text)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: [[String: Any]]])
        #expect(object["queues"]?.count == topology.queues.count)
        #expect(object["users"]?.allSatisfy { $0["password_hash"] as? String == "" } == true)
        #expect(try !BrokerDefinitions(topology, virtualHost: "prod", includingUsers: false).json().contains("users"))
        #expect(try topology.digest().wholeMatch(of: /[0-9a-f]{64}/) != nil)
        #expect(try topology.digest() == Topology.fleet.digest())
    }
}
