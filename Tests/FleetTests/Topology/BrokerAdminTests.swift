import AMQP
import Foundation
import Logging
import Testing

@testable import Fleet

@Suite(.enabled(if: ScratchBroker.isAvailable))
struct BrokerAdminTests {
    @Test("Applying makes everything, a second time does nothing, and then verification finds nothing")
    func apply() async throws {
        try await ScratchBroker.with { broker in
            let worker = BrokerUser(broker.user("worker"), writes: [Topology.work], reads: [Topology.intake])
            let topology = Topology.fleet.withUsers([worker])
            let missing = try await broker.admin.verify(topology)
            #expect(Set(missing.map(\.kind)) == [.missing, .binding])
            let done = try await broker.admin.apply(topology, passwords: [worker.name: "pw"])
            #expect(done.count == topology.exchanges.count + topology.queues.count + topology.bindings.count + 2)
            #expect(try await broker.admin.apply(topology).isEmpty)
            #expect(try await broker.admin.verify(topology).isEmpty)
        }
    }

    @Test("The broker takes the definitions file, and what it makes of it verifies")
    func definitionsImport() async throws {
        try await ScratchBroker.with { broker in
            let topology = Topology.fleet.withUsers([])
            let definitions = BrokerDefinitions(topology, virtualHost: broker.name, includingUsers: false)
            try await broker.write("POST", ["definitions"], definitions)
            #expect(try await broker.admin.verify(topology).isEmpty)
        }
    }

    @Test("A queue that exists otherwise stops the whole application with its name, the difference and a remedy")
    func conflict() async throws {
        try await ScratchBroker.with { broker in
            try await broker.write(
                "PUT",
                ["queues", broker.name, Topology.intake],
                QueueBody(["x-queue-type": "classic"])
            )
            let error = await #expect(throws: BrokerAdminError.self) { try await broker.admin.apply() }
            #expect(error?.code == .conflict)
            #expect(
                error?.description.contains("x-queue-type of queue habeas.intake is classic, should be quorum") == true
            )
            #expect(error?.description.contains("delete it") == true)
            let state = try await broker.admin.state()
            #expect(state.exchanges[Topology.events] == nil)
            #expect(state.queues.count == 1)
        }
    }

    @Test("Every kind of drift is told")
    func drift() async throws {
        try await ScratchBroker.with { broker in
            let worker = BrokerUser(broker.user("worker"), writes: [Topology.work], reads: [Topology.intake])
            let topology = Topology.fleet.withUsers([worker])
            try await broker.admin.apply(topology, passwords: [worker.name: "pw"])
            let host = broker.name
            let intake = ["queues", host, Topology.intake]
            // Type and arguments.
            try await broker.delete("queues", host, Topology.parked)
            try await broker.write("PUT", ["queues", host, Topology.parked], QueueBody([:], durable: false))
            try await broker.delete("exchanges", host, Topology.work)
            try await broker.write("PUT", ["exchanges", host, Topology.work], ["type": "fanout"])
            // Missing.
            try await broker.delete("exchanges", host, Topology.tasks)
            try await broker.delete("queues", host, "habeas.export")
            // Bindings.
            try await broker.delete("bindings", host, "e", Topology.unrouted, "q", Topology.intake, "~")
            try await broker.write(
                "POST",
                ["bindings", host, "e", "amq.topic", "q", Topology.intake],
                ["routing_key": "#"]
            )
            try await broker.write("PUT", ["queues", host, "tap"], QueueBody([:]))
            try await broker.write("POST", ["bindings", host, "e", Topology.events, "q", "tap"], ["routing_key": "#"])
            // Permissions.
            try await broker.write(
                "PUT",
                ["permissions", host, worker.name],
                ["configure": ".*", "write": worker.writePattern, "read": worker.readPattern]
            )
            try await broker.write(
                "PUT",
                ["topic-permissions", host, worker.name],
                ["exchange": Topology.outcomes, "read": ".*", "write": ".*"]
            )
            // A policy.
            try await broker.write("PUT", ["policies", host, "short"], PolicyBody(pattern: "breach$"))

            var found: [TopologyDifference] = []
            let deadline = ContinuousClock.now + .seconds(10)
            // The broker applies policies in its own time.
            repeat {
                found = try await broker.admin.verify(topology)
            } while !found.contains { $0.kind == .policy }
                && ContinuousClock.now < deadline
            func has(_ kind: TopologyDifference.Kind, _ subject: String) -> Bool {
                found.contains { $0.kind == kind && $0.subject == subject }
            }
            #expect(has(.property, "durable of queue habeas.parked"))
            #expect(has(.argument, "x-queue-type of queue habeas.parked"))
            #expect(has(.property, "type of exchange habeas.work"))
            #expect(has(.missing, "exchange habeas.tasks"))
            #expect(has(.missing, "queue habeas.export"))
            #expect(has(.binding, "binding of habeas.intake to habeas.events.unrouted by no key"))
            #expect(has(.foreignBinding, "binding of habeas.intake to amq.topic by #"))
            #expect(has(.foreignBinding, "binding of tap to habeas.events by #"))
            #expect(has(.permission, "configure permission of user \(worker.name)"))
            #expect(has(.topicPermission, "topic permission of user \(worker.name) on habeas.outcomes"))
            #expect(has(.policy, "policy on queue habeas.breach"))
            #expect(!found.contains { $0.subject == "queue \(intake[2])" })
            #expect(found.allSatisfy { !$0.remedy.isEmpty && $0.description.contains($0.subject) })
        }
    }

    @Test("A worker's tags are told: an impersonator could claim any user-id")
    func tags() async throws {
        try await ScratchBroker.with { broker in
            let worker = BrokerUser(broker.user("worker"), writes: [], reads: [])
            let topology = Topology.fleet.withUsers([worker])
            try await broker.admin.apply(topology, passwords: [worker.name: "pw"])
            try await broker.write("PUT", ["users", worker.name], ["password": "pw", "tags": "impersonator"])
            #expect(try await broker.admin.verify(topology).map(\.subject) == ["tags of user \(worker.name)"])
        }
    }

    @Test("A publisher reaches its exchange and its own queue, and nothing else")
    func publisherPermissions() async throws {
        try await ScratchBroker.with { broker in
            let user = broker.user("acme")
            let account = try #require(BrokerAccount.publisher("acme", user: user))
            try await broker.admin.apply()
            try await broker.admin.apply(account, password: "pw")
            #expect(try await broker.admin.apply(account).isEmpty)
            #expect(try await broker.admin.verify(.fleet.withUsers([]), accounts: [account]).isEmpty)
            let channel = try await broker.open(user: user)
            #expect(try await channel.get(queue: account.queue.name) == nil)
            for queue in [Topology.intake, Topology.parked] {
                #expect(await refusal { try await channel.get(queue: queue) } == 403)
            }
            #expect(await refusal { try await channel.declare(queue: "mine") } == 403)
            #expect(await refusal { try await channel.declare(exchange: "mine", type: "fanout") } == 403)
            #expect(
                await refusal {
                    try await channel.bind(queue: account.queue.name, exchange: Topology.events, routingKey: "#")
                } == 403
            )
            // Existence may be asked by anyone.
            #expect(try await channel.passiveDeclare(queue: Topology.intake).messages == 0)
            await channel.close()
        }
    }

    @Test("Revoking a login closes its connections and keeps it out")
    func revocation() async throws {
        try await ScratchBroker.with { broker in
            let user = broker.user("acme")
            let account = try #require(BrokerAccount.publisher("acme", user: user))
            try await broker.admin.apply()
            try await broker.admin.apply(account, password: "pw")
            let channel = try await broker.open(user: user)
            _ = try await channel.get(queue: account.queue.name)
            try await broker.admin.revoke(user: user)
            let deadline = ContinuousClock.now + .seconds(20)
            var isOpen = true
            while isOpen, ContinuousClock.now < deadline {
                do { _ = try await channel.get(queue: account.queue.name) } catch { isOpen = false }
            }
            #expect(!isOpen)
            let error = await #expect(throws: AMQPError.self) { try await broker.open(user: user) }
            #expect(error?.code == .refused)
            try await broker.admin.revoke(user: user)
        }
    }

    @Test("Topic permissions keep neighbours apart whose names begin alike")
    func topicIsolation() async throws {
        try await ScratchBroker.with { broker in
            try await broker.admin.apply()
            // As if a user might bind a queue of its own: only the topic permission is left to stop it.
            let account = try #require(BrokerAccount.client("acme", user: broker.user("acme")))
            try await broker.admin.apply(account, password: "pw")
            try await broker.write(
                "PUT",
                ["permissions", broker.name, account.user.name],
                ["configure": "^$", "write": "^own$", "read": "^(own|habeas\\.outcomes)$"]
            )
            try await broker.write("PUT", ["queues", broker.name, "own"], QueueBody([:]))
            let channel = try await broker.open(user: account.user.name)
            try await channel.bind(queue: "own", exchange: Topology.outcomes, routingKey: "client.acme.io.habeas.#")
            for key in [
                "client.acme-eu.#", "client.acme", "client.*.#", "#", "client.#", "publisher.acme.#", "xclient.acme.a",
            ] {
                #expect(
                    await refusal {
                        try await channel.bind(queue: "own", exchange: Topology.outcomes, routingKey: key)
                    } == 403,
                    "\(key)"
                )
            }
            await channel.close()
        }
    }

    @Test("An event of any type arrives in exactly one intake queue")
    func routing() async throws {
        try await ScratchBroker.with { broker in
            try await broker.admin.apply()
            let publisher = AMQPPublisher(configuration: try broker.configuration(), logger: .init(label: "t"))
            await publisher.start()
            let types = [
                "io.habeas.request.submitted.v1", "io.habeas.request.submitted.v2", "io.habeas.request.new_kind.v1",
                "io.habeas.breach.detected.v1", "io.habeas.breach.detected.v2", "io.habeas.breach.new_kind.v1",
                "io.habeas.hold.placed.v1", "com.example.other", "",
            ]
            let outcomes = await publisher.publish(
                types.map { Message(exchange: Topology.events, routingKey: $0, body: Array($0.utf8)) }
            )
            #expect(outcomes == types.map { _ in .confirmed })
            await publisher.close()
            let channel = try await broker.open()
            var taken: [String: [String]] = [:]
            for queue in [Topology.intake, Topology.intakeBreach] {
                while let delivery = try await channel.get(queue: queue) {
                    taken[String(decoding: delivery.body, as: UTF8.self), default: []].append(queue)
                    try await channel.acknowledge(delivery.tag)
                }
            }
            for type in types {
                let isBreach = type.hasPrefix("io.habeas.breach.") && type.hasSuffix(".v1")
                #expect(taken[type] == [isBreach ? Topology.intakeBreach : Topology.intake], "\(type)")
            }
            await channel.close()
        }
    }

    @Test("A wrong address, a wrong login and an absent virtual host are told apart")
    func failures() async throws {
        #expect(throws: BrokerAdminError.address) { try BrokerAdmin(url: "amqp://u:p@h", virtualHost: "/") }
        #expect(throws: BrokerAdminError.address) { try BrokerAdmin(url: "http://h:15672", virtualHost: "/") }
        let nobody = try BrokerAdmin(url: "http://u:canary@127.0.0.1:1", virtualHost: "/")
        let unreachable = await #expect(throws: BrokerAdminError.self) { try await nobody.verify() }
        #expect(unreachable?.code == .unreachable)
        #expect(unreachable?.description.contains("canary") == false)
        let url = try #require(ProcessInfo.processInfo.environment["HABEAS_TEST_MANAGEMENT"])
        let absent = try BrokerAdmin(url: url, virtualHost: "nowhere-\(UUID().uuidString)")
        #expect(await #expect(throws: BrokerAdminError.self) { try await absent.verify() }?.code == .refused)
        var parts = try #require(URLComponents(string: url))
        parts.password = "canary"
        let stranger = try BrokerAdmin(url: try #require(parts.string), virtualHost: "/")
        #expect(await #expect(throws: BrokerAdminError.self) { try await stranger.verify() }?.code == .forbidden)
    }

    /// The reply code with which the broker refused, if it did.
    private func refusal(_ body: () async throws -> some Any) async -> Int? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? AMQPError)?.replyCode
        }
    }
}

private struct QueueBody: Encodable {
    let arguments: [String: String]
    let durable: Bool

    init(_ arguments: [String: String], durable: Bool = true) {
        self.arguments = arguments
        self.durable = durable
    }
}

private struct PolicyBody: Encodable {
    let pattern: String
    let definition = ["max-length": 1]
}
