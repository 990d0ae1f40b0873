import Fleet
import FoundationEssentials
import Ledger
import Rights

/// The message by which an own app is asked for something: a CloudEvent with ids, codes and dates in the clear. Everything about
/// the person is in `sealed`, for the app's key alone; a whole client's task is about nobody and names the client only.
struct AppTask {
    /// Why no message can be made of an order; a word of a closed list.
    struct Obstacle: Error {
        let cause: String
    }

    static let type = TaskMessageType.taskRequested.name

    /// What is told apart by: the same for a repetition. Of a task it is the order's key, of the question whether anything is left
    /// the question's own, since that is another one each time.
    let id: UUID
    let body: [UInt8]

    /// - Parameter intake: the key of ours for which results may be sealed.
    init(_ order: TargetOrder, for app: AppDescription, intake: ReceiverKey? = nil) throws {
        guard order.step == .act || order.step == .verify else { throw Obstacle(cause: "not_offered") }
        id = order.step == .act ? order.key : order.effect
        let sealed = order.operation == .eraseTenant ? nil : try Self.sealed(order, for: app)
        guard sealed != nil || order.client != nil else { throw Obstacle(cause: "no_client") }
        let isQuestion = order.step == .verify
        var writer = JSONWriter()
        writer.object { [id] event in
            event.member("specversion", "1.0")
            event.member("id", id)
            event.member("source", "/habeas")
            event.member("type", Self.type)
            event.member("time", order.now)
            event.member("datacontenttype", "application/json")
            event.key("data")
            event.object { data in
                data.member("task", order.task)
                data.member("key", order.key)
                data.member("request", order.caseID)
                data.member("client", order.client?.id)
                data.member("operation", isQuestion ? "verify" : order.operation.rawValue)
                data.member("verifies", isQuestion ? order.operation : nil)
                if !order.suppresses.isEmpty { data.member("scopes", order.suppresses.sorted()) }
                if !order.keeps.isEmpty { data.member("keeps", order.keeps.sorted()) }
                if let ends = order.ends { data.member("ends", ends.sorted()) }
                data.member("regulation", order.regulation)
                data.member("submitted_at", order.submittedAt)
                data.member("due_at", order.dueAt)
                data.member("sealed", sealed)
                if order.operation == .collect, !isQuestion, let intake {
                    data.key("results_key")
                    data.object { intake.write(to: &$0) }
                }
            }
        }
        body = writer.bytes
    }

    private static func sealed(_ order: TargetOrder, for app: AppDescription) throws -> String {
        let identities = app.identities.map { types in order.identities.filter { types.contains($0.type) } }
        let told = identities ?? order.identities
        guard !told.isEmpty else { throw Obstacle(cause: "no_identity") }
        guard let key = try? ReceiverKey(jwk: app.publicKey) else { throw Obstacle(cause: "bad_public_key") }
        var personal = JSONWriter()
        personal.object { body in
            body.member("identities", told)
            if !order.corrections.isEmpty { body.member("corrections", order.corrections) }
        }
        do {
            return try key.seal(personal.bytes)
        } catch {
            // Only the cipher's own failures are left.
            throw Obstacle(cause: "not_sealed")
        }
    }
}
