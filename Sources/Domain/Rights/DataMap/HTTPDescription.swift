/// Any REST API, described call by call.
package struct HTTPDescription: Sendable, Hashable {
    package enum Authentication: Sendable, Hashable {
        case none
        case basic(user: String, password: String)
        case bearer(String)
        case header(name: String, value: String)
    }

    /// What a reply means.
    package enum Meaning: String, ClosedList {
        case done
        /// There is nothing (more) of the person.
        case absent
        /// Taken; it works on it.
        case pending
        /// Something of the person is there.
        case present
        case retry
        case refused
    }

    /// One call. Its URL, headers and body may hold placeholders: `{email}`, `{controller_customer_id}`, `{id}` (what a look-up
    /// found), `{reference}` (what an earlier call of the same operation was given), `{key}`, `{client}`, `{field}`, `{value}`.
    package struct Call: Sendable, Hashable {
        package var method: String
        /// Below the system's URL.
        package var path: String
        package var headers: [String: String] = [:]
        package var body: String?
        /// By status; what is not named is judged by ``HTTPDescription``'s defaults.
        package var statuses: [Int: Meaning] = [:]
        /// Where in a JSON reply a word stands that decides: `status.state`, with what each word means.
        package var field: String?
        package var words: [String: Meaning] = [:]
        /// Where in a JSON reply the reference of the peer's own job stands, or the header that holds it.
        package var reference: String?
        package var referenceHeader: String?
        /// A list in the reply: no items means that nothing is there.
        package var items: String?

        package init(_ method: String, _ path: String) {
            self.method = method
            self.path = path
        }
    }

    /// What is done for one operation, call after call; how its end is asked for, and how it is verified.
    package struct Procedure: Sendable, Hashable {
        /// Finds the peer's own id of the person; nil where the identity itself is one.
        package var lookup: Call?
        package var calls: [Call] = []
        /// Asks whether what was accepted is done.
        package var poll: Call?
        /// Asks whether anything is left.
        package var verify: Call?
        /// Takes back what was accepted and has not begun.
        package var cancel: Call?

        package init() {}
    }

    package let url: String
    package var authentication = Authentication.none
    package var accepted: [IdentityType] = []
    package var procedures: [TargetOperation: Procedure] = [:]
    /// The header that carries the idempotency key; nil where the peer knows none: then it is looked at before a repetition.
    package var keyHeader: String?
    /// Seconds between two questions whether it is done.
    package var pollEvery = 60

    package init(url: String) { self.url = url }

    package var operations: Set<TargetOperation> { Set(procedures.keys) }
    package var identities: [IdentityType] { IdentityType.leastTellingFirst.filter(accepted.contains) }
    package func verifies(_ operation: TargetOperation) -> Bool { procedures[operation]?.verify != nil }
}
