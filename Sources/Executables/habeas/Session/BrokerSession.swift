import AMQP
import Fleet

/// The broker as its administrator sees it.
struct BrokerSession {
    let admin: BrokerAdmin

    /// - Throws: ``ConfigurationError`` where no management API is configured.
    init(_ configuration: FleetConfiguration) throws {
        admin = try BrokerAdmin(
            url: configuration.required(.amqpManagementURL),
            virtualHost: BrokerSession.virtualHost(configuration),
            caFile: configuration.value(.amqpManagementCA)
        )
    }

    /// The one that amqp.url names, so that workers and topology cannot mean different ones.
    static func virtualHost(_ configuration: FleetConfiguration) throws -> String {
        guard let url = configuration.value(.amqpURL) else { return "/" }
        return try AMQPConfiguration(url: url).virtualHost
    }

    /// A login with tags administers the broker: giving it a publisher's password and rights would take its own away.
    func refuseAdministrators(among accounts: [BrokerAccount]) async throws {
        let tagged = Set(accounts.map { "tags of user \($0.user.name)" })
        guard let found = try await admin.verify(accounts: accounts).first(where: { tagged.contains($0.subject) })
        else { return }
        throw Failure(
            "broker_user",
            "\(found.subject.dropFirst("tags of user ".count)) has tags (\(found.found ?? ""))",
            "give the publisher a login of its own"
        )
    }
}

/// The queues in which clients find what became of their cases.
struct OutcomeQueues {
    private let session: BrokerSession

    init(_ configuration: FleetConfiguration) throws { session = try BrokerSession(configuration) }

    func declare(clients ids: [String]) async throws {
        for account in ids.compactMap(BrokerAccount.client) { try await session.admin.apply(account) }
    }
}

/// The queues in which own apps find their tasks.
struct TaskQueues {
    private let session: BrokerSession

    init(_ configuration: FleetConfiguration) throws { session = try BrokerSession(configuration) }

    func declare(systems ids: [String]) async throws {
        for account in ids.compactMap(BrokerAccount.app) { try await session.admin.apply(account) }
    }
}

extension BrokerAccount {
    /// Logins of clients are named after them; an operator makes one for a client that reads its queue.
    static let clientPrefix = "client-"

    static func client(_ id: String) -> BrokerAccount? { client(id, user: clientPrefix + id) }

    /// Logins that read the tasks of a system are named after it; an operator makes them.
    static let appPrefix = "app-"

    static func app(_ system: String) -> BrokerAccount? { app(system, user: appPrefix + system) }
}
