import Fleet
package import Rights

/// Every way to reach a system, made once for a worker.
package struct ConnectorBook: Sendable {
    /// By the name under which the data map knows the way.
    private let connectors: [String: any Connector]
    private let databases: PostgresConnector?

    package init(_ services: ConnectorServices) {
        let postgres = PostgresConnector(services)
        databases = postgres
        connectors = [
            "postgres": postgres, "opendsr": OpenDSRConnector(services), "http": HTTPConnector(services),
            "amqp": AppConnector(services), "email": PersonConnector(services),
        ]
    }

    /// With ways of one's own, by their names.
    package init(_ connectors: [String: any Connector]) {
        self.connectors = connectors
        databases = nil
    }

    /// Nil where nothing is asked of it.
    package func connector(of description: ConnectorDescription) -> (any Connector)? { connectors[description.name] }

    package func perform(_ order: TargetOrder) async -> TargetReport {
        guard let connector = connector(of: order.system.connector) else {
            return TargetReport(.refused("no_connector"))
        }
        return await connector.perform(order)
    }

    /// Ends what is open: connections to own databases.
    package func close() async { await databases?.close() }
}
