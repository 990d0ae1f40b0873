import AMQP
import Fleet
import FoundationEssentials
import Rights

/// Asks own apps over the broker: a task on `habeas.tasks` under the system's id, in the queue that the app has bound there.
///
/// That the broker has taken a task says that it was asked for and nothing else: an act ends accepted, a look ends done and shows
/// nothing. What became of either comes as `task.completed` or `task.failed`, whenever the app gets to it. What it has collected
/// comes with its word, and is fetched as the answer to the question whether what was accepted is done.
package struct AppConnector: Connector {
    private let services: ConnectorServices

    package init(_ services: ConnectorServices) { self.services = services }

    package var longestCall: Duration { services.timeout + .seconds(5) }
    package var longestFetch: Duration { longestCall + ResultsFile.time }

    package func perform(_ order: TargetOrder) async -> TargetReport {
        guard case .amqp(let app) = order.system.connector else { return TargetReport(.refused("no_connector")) }
        if order.step == .poll, order.operation == .collect {
            return await AppResults(order: order, http: services.http).report()
        }
        guard let publisher = services.publisher else { return TargetReport(.refused("no_broker")) }
        let task: AppTask
        do {
            task = try AppTask(order, for: app, intake: services.intakeKey)
        } catch let obstacle as AppTask.Obstacle {
            return TargetReport(.refused(obstacle.cause))
        } catch {
            return TargetReport(.refused("not_sealed"))
        }
        let outcomes = await publisher.publish([message(task, to: order.system)], timeout: services.timeout)
        let verdict = AttemptVerdict.published(outcomes.first ?? .unknown(.closed))
        guard verdict.isDone, order.step == .act else { return TargetReport(verdict) }
        return TargetReport(.done(.acceptedPending))
    }

    private func message(_ task: AppTask, to system: DataSystem) -> Message {
        var properties = Properties(
            contentType: "application/cloudevents+json",
            messageID: task.id.lowercaseText,
            type: AppTask.type
        )
        properties.appID = "habeas"
        return Message(
            exchange: Topology.tasks,
            routingKey: system.id,
            mandatory: true,
            properties: properties,
            body: task.body
        )
    }
}
