import Fleet
import Rights

/// Asks people by mail. That the relay has taken the mail says that they were asked: what they did they say themselves, with
/// `habeas tasks complete`, and somebody else looks at it.
///
/// A repeated attempt has the message id of the first, so that one mail that came twice can be told; a reminder is an effect of
/// its own and a mail of its own.
package struct PersonConnector: Connector {
    private let services: ConnectorServices

    package init(_ services: ConnectorServices) { self.services = services }

    /// A relay looks at a mail before it answers, and often asks others.
    package var longestCall: Duration { services.timeout + .seconds(65) }

    package func perform(_ order: TargetOrder) async -> TargetReport {
        guard case .email(let person) = order.system.connector else { return TargetReport(.refused("no_connector")) }
        guard order.step == .act else { return TargetReport(.refused("not_offered")) }
        guard let mail = services.mail else { return TargetReport(.refused("no_relay")) }
        guard let letter = TaskMail(order, for: person) else { return TargetReport(.refused("no_identity")) }
        do {
            return TargetReport(try await mail.send(letter.content, id: order.effect, to: person.addresses))
        } catch {
            // Cancelled: whether the relay has it is unknown.
            return TargetReport(.retry(AttemptVerdict.notBegun, blamesTarget: false, mayHaveActed: true))
        }
    }
}
