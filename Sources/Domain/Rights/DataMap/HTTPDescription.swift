/// Any REST API, described call by call.
package struct HTTPDescription: Sendable, Hashable {
    /// Secrets by reference.
    package enum Authentication: Sendable, Hashable {
        case none
        /// The user may be written out.
        case basic(user: String, password: String)
        case bearer(String)
        /// - Parameter prefix: what stands before the secret in the header's value: `Token `.
        case header(name: String, prefix: String, value: String)
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

    package enum Body: Sendable, Hashable {
        /// JSON, in whose strings values are escaped; outside of them only whole numbers are filled in.
        case json(HTTPTemplate)
        /// `application/x-www-form-urlencoded`.
        case form(HTTPTemplate)

        package var template: HTTPTemplate {
            switch self {
            case .json(let template), .form(let template): template
            }
        }
    }

    package struct Header: Sendable, Hashable {
        package let name: String
        package let value: HTTPTemplate

        package init(_ name: String, _ value: HTTPTemplate) {
            self.name = name
            self.value = value
        }
    }

    /// A word of a reply that decides what the reply means.
    package struct Word: Sendable, Hashable {
        package let text: HTTPTemplate
        package let meaning: Meaning

        package init(_ text: HTTPTemplate, _ meaning: Meaning) {
            self.text = text
            self.meaning = meaning
        }
    }

    /// One call and what its replies mean. Places in replies are written as names with dots between; of a list all its
    /// members are meant, or the one whose number is given.
    package struct Call: Sendable, Hashable {
        package var method: String
        /// Below the system's URL.
        package var path: HTTPTemplate
        package var headers: [Header] = []
        package var body: Body?
        /// By status, and by its first digit; what is in neither is judged by the connector's own rules.
        package var statuses: [Int: Meaning] = [:]
        package var statusClasses: [Int: Meaning] = [:]
        /// Where a word stands that decides.
        package var field: HTTPTemplate?
        package var words: [Word] = []
        /// What any other word of ``field`` means.
        package var otherwise: Meaning?
        /// A list in the reply: no items means that nothing is there.
        package var items: String?
        /// What in an item, or in the reply, has to be what was asked for; others are somebody else.
        package var match: String?
        /// Of a look-up: where the peer's own id of the person stands.
        package var id = "id"
        /// Where the address of the next page stands, or the cursor that leads to it where the path has a place for one.
        package var next: String?
        /// The header that holds it instead; of `Link` the address whose relation is `next`.
        package var nextHeader: String?
        /// Where it stands whether there is a next page at all, for peers that name one in any case.
        package var more: String?
        /// Of a copy: what the records that it gives are called.
        package var dataset: String?
        /// Where the reference of the peer's own job stands, or the header that holds it.
        package var reference: String?
        package var referenceHeader: String?
        /// Where the date stands until which it can still be restored there.
        package var grace: String?
        /// Seconds to leave it alone where it does not say how long.
        package var retryAfter: Int?
        /// What of the system's categories it is about: not made while that is kept.
        package var category: String?
        /// Whether making it twice does no harm.
        package var isRepeatable = false

        package init(_ method: String, _ path: HTTPTemplate) {
            self.method = method
            self.path = path
        }

        package var placeholders: Set<HTTPPlaceholder> {
            var all = path.placeholders
            for header in headers { all.formUnion(header.value.placeholders) }
            if let body { all.formUnion(body.template.placeholders) }
            if let field { all.formUnion(field.placeholders) }
            for word in words { all.formUnion(word.text.placeholders) }
            return all
        }

        package var hasNext: Bool { next != nil || nextHeader != nil }
        /// Whether the next page is reached by a cursor, rather than by its address.
        package var isByCursor: Bool { path.placeholders.contains(.cursor) }

        /// The identity types that it names people by, out of those that a system takes.
        package func identities(of accepted: [IdentityType]) -> Set<IdentityType> {
            let all = placeholders
            if all.contains(.identity) || all.contains(.identityType) { return Set(accepted) }
            return Set(
                all.compactMap { placeholder in
                    if case .known(let type) = placeholder { type } else { nil }
                }
            )
        }

        package var means: [Meaning] {
            Array(statuses.values) + Array(statusClasses.values) + words.map(\.meaning) + (otherwise.map { [$0] } ?? [])
        }
    }

    /// What is done for one operation, call after call; how its end is asked for, and how it is verified.
    package struct Procedure: Sendable, Hashable {
        /// Find the peer's own id of the person; none where the identity itself is one.
        package var lookups: [Call] = []
        package var calls: [Call] = []
        /// Asks whether what was accepted is done.
        package var poll: Call?
        /// Ask whether anything is left.
        package var verify: [Call] = []
        /// Takes back what was accepted and has not begun.
        package var cancel: Call?
        /// Of rectifications: from a correction's field to the peer's. No other is written to.
        package var fields: [String: String] = [:]

        package init() {}

        /// Whether what came of the calls has to be known to look at their end.
        package var remembersAccounts: Bool {
            let later = verify + [poll, cancel].compactMap { $0 }
            return later.contains { $0.placeholders.contains(.id) || $0.placeholders.contains(.reference) }
        }
    }

    package let url: String
    package var authentication = Authentication.none
    package var accepted: [IdentityType] = []
    package var procedures: [TargetOperation: Procedure] = [:]
    /// Sent with every call.
    package var headers: [Header] = []
    /// The header that carries the idempotency key; nil where the peer knows none: then it is looked at before a repetition.
    package var keyHeader: String?
    /// Seconds between two questions whether it is done.
    package var pollEvery = 60
    /// What the peer calls a client; itself where it is not named.
    package var clients: [String: String] = [:]
    /// Succeeds where the API is what it should be: asked before a 404 is believed.
    package var alive: Call?

    package init(url: String) { self.url = url }

    package var operations: Set<TargetOperation> { Set(procedures.keys) }
    package var identities: [IdentityType] { IdentityType.leastTellingFirst.filter(accepted.contains) }
    package func verifies(_ operation: TargetOperation) -> Bool { !(procedures[operation]?.verify.isEmpty ?? true) }
}
