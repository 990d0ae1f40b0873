extension BrokerAdmin {
    /// Makes a login without tags, or sets its password anew; a running connection stays.
    package func putUser(_ name: String, password: String) async throws {
        struct Body: Encodable {
            let password: String
            let tags = ""
        }
        try await api.write("PUT", ManagementAPI.path("users", name), Body(password: password), subject: "user \(name)")
    }

    /// Sets a user's permissions in the virtual host to just those declared.
    package func setPermissions(_ user: BrokerUser) async throws {
        try await setPermissions(user, clearing: try await state().topicPermissions[user.name] ?? [])
    }

    /// Takes a login away and closes its connections: at once, not when it next connects.
    package func revoke(user name: String) async throws {
        struct Connection: Decodable {
            let name: String
            let user: String?
        }
        let subject = "user \(name)"
        try await api.delete(ManagementAPI.path("users", name), subject: subject)
        // After the login, so that no connection comes back. The broker closes them too, in its own time.
        let connections = try await api.get("connections", as: [Connection].self, subject: subject) ?? []
        for connection in connections where connection.user == name {
            try await api.delete(ManagementAPI.path("connections", connection.name), subject: subject)
        }
    }

    /// Deletes an account's queue with what is in it. The login stays; see ``revoke(user:)``.
    package func deleteQueue(of account: BrokerAccount) async throws {
        try await api.delete(
            ManagementAPI.path("queues", virtualHost, account.queue.name),
            subject: "queue \(account.queue.name)"
        )
    }

    /// Makes the virtual host, if there is none; its maker may do everything in it.
    package func createVirtualHost() async throws {
        try await api.write(
            "PUT",
            ManagementAPI.path("vhosts", virtualHost),
            [String: String](),
            subject: "virtual host \(virtualHost)"
        )
    }

    /// Deletes the virtual host with everything in it.
    package func deleteVirtualHost() async throws {
        try await api.delete(ManagementAPI.path("vhosts", virtualHost), subject: "virtual host \(virtualHost)")
    }

    func setPermissions(_ user: BrokerUser, clearing topics: [BrokerState.TopicPermission]) async throws {
        struct Permission: Encodable {
            let configure, write, read: String
        }
        struct TopicPermission: Encodable {
            let exchange, write, read: String
        }
        let subject = "user \(user.name)"
        // Topics first: until they are set an exchange's permission is for all topics.
        let path = ManagementAPI.path("topic-permissions", virtualHost, user.name)
        if topics.contains(where: { topic in !user.topics.contains { $0.exchange == topic.exchange } }) {
            try await api.delete(path, subject: subject)
        }
        for topic in user.topics {
            try await api.write(
                "PUT",
                path,
                TopicPermission(exchange: topic.exchange, write: topic.write, read: topic.read),
                subject: subject
            )
        }
        try await api.write(
            "PUT",
            ManagementAPI.path("permissions", virtualHost, user.name),
            Permission(configure: user.configurePattern, write: user.writePattern, read: user.readPattern),
            subject: subject
        )
    }
}
