import Fleet
import Rights

/// Reaches systems with a REST API, as the data map describes it.
///
/// It knows no vendor. What is done for an operation is a list of calls; what a reply means is said status by status and word
/// by word, with defaults that never take a failure for a success. Nothing of a reply is kept but its status, a keyed digest
/// of its body, and the reference of the peer's own job; of a copy its records, sealed.
package struct HTTPConnector: Connector {
    private let services: ConnectorServices
    private let pagesInSlice: Int

    package init(_ services: ConnectorServices) { self.init(services, pagesInSlice: 1_000) }

    /// - Parameter pagesInSlice: of what is collected, at most.
    init(_ services: ConnectorServices, pagesInSlice: Int) {
        self.services = services
        self.pagesInSlice = pagesInSlice
    }

    /// Several calls are made for one order.
    package var longestCall: Duration { services.timeout * HTTPCaller.callsInTime + .seconds(5) }

    package var looksAtOnce: Bool { true }

    package func perform(_ order: TargetOrder) async -> TargetReport {
        guard case .http(let description) = order.system.connector,
            let procedure = description.procedures[order.operation]
        else { return TargetReport(.refused("not_described")) }
        guard order.operation == .collect else {
            var errand = HTTPErrand(order, description, procedure, services)
            return await errand.run()
        }
        do {
            var collection = try HTTPCollection(
                order,
                description,
                procedure,
                services,
                pagesInSlice: pagesInSlice
            )
            return await collection.run()
        } catch {
            return TargetReport(error.verdict)
        }
    }
}
