import Fleet
import Rights

package struct AppConnector: Connector {
    private let services: ConnectorServices

    package init(_ services: ConnectorServices) { self.services = services }

    package var longestCall: Duration { services.timeout + .seconds(5) }

    package func perform(_ order: TargetOrder) async -> TargetReport { TargetReport(.refused("not_built")) }
}
