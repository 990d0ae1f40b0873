import Fleet

/// What publishers have at the broker: a login with just their rights, and the queue of their outcomes.
struct PublisherLogins {
    private let session: BrokerSession

    init(_ configuration: FleetConfiguration) throws { session = try BrokerSession(configuration) }

    /// Refuses, before anything is changed, logins that are not a publisher's to have.
    func check(_ publishers: [PublisherDeclaration]) async throws {
        try await session.refuseAdministrators(among: publishers.compactMap(PublisherLogins.account))
    }

    /// Makes queues; makes a login where a password is given, and sets the rights of logins that exist.
    func declare(_ publishers: [(PublisherDeclaration, String?)]) async throws {
        for (publisher, password) in publishers {
            guard let account = PublisherLogins.account(publisher) else { continue }
            try await session.admin.apply(account, password: password)
        }
    }

    private static func account(_ publisher: PublisherDeclaration) -> BrokerAccount? {
        BrokerAccount.publisher(publisher.id, user: publisher.brokerUser)
    }

    /// Takes the login away and closes its connections.
    func withdraw(_ id: String, user: String) async throws {
        guard let account = BrokerAccount.publisher(id, user: user) else { return }
        try await session.refuseAdministrators(among: [account])
        try await session.admin.revoke(user: user)
    }
}
