import Fleet
package import Rights

/// Every way to reach a system, made once for a worker.
package struct ConnectorBook: Sendable {
    private let postgres: PostgresConnector
    private let opendsr: OpenDSRConnector
    private let http: HTTPConnector
    private let app: AppConnector
    private let person: PersonConnector

    package init(_ services: ConnectorServices) {
        postgres = PostgresConnector(services)
        opendsr = OpenDSRConnector(services)
        http = HTTPConnector(services)
        app = AppConnector(services)
        person = PersonConnector(services)
    }

    /// Nil where nothing is asked of it.
    package func connector(of description: ConnectorDescription) -> (any Connector)? {
        switch description {
        case .postgres: postgres
        case .opendsr: opendsr
        case .http: http
        case .amqp: app
        case .email: person
        case .manual, .none: nil
        }
    }

    package func perform(_ order: TargetOrder) async -> TargetReport {
        guard let connector = connector(of: order.system.connector) else {
            return TargetReport(.refused("no_connector"))
        }
        return await connector.perform(order)
    }

    /// Ends what is open: connections to own databases.
    package func close() async { await postgres.close() }
}
