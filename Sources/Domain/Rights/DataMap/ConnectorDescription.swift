/// How a system is reached, and what it can be asked for.
package enum ConnectorDescription: Sendable, Hashable {
    case postgres(PostgresDescription)
    case opendsr(OpenDSRDescription)
    case http(HTTPDescription)
    case amqp(AppDescription)
    case email(PersonDescription)
    case manual(PersonDescription)
    /// Where a copy is handed to another controller; nothing else can be asked for.
    case tus(TusDescription)
    /// Nothing is asked of it: an integration of a client's, a backup.
    case none

    /// As the data map writes it.
    package var name: String {
        switch self {
        case .postgres: "postgres"
        case .opendsr: "opendsr"
        case .http: "http"
        case .amqp: "amqp"
        case .email: "email"
        case .manual: "manual"
        case .tus: "tus"
        case .none: "none"
        }
    }

    /// Whether a person does it, so that somebody else has to look at it.
    package var isPerson: Bool {
        switch self {
        case .email, .manual: true
        case .postgres, .opendsr, .http, .amqp, .tus, .none: false
        }
    }

    package func can(_ operation: TargetOperation) -> Bool {
        switch self {
        case .postgres(let description): description.operations.contains(operation)
        case .opendsr(let description): description.operations.contains(operation)
        case .http(let description): description.operations.contains(operation)
        case .amqp(let description): description.operations.contains(operation)
        case .email, .manual: true
        case .tus, .none: false
        }
    }

    /// The types of identity by which it finds a person, the least telling first; nil where any will do.
    package var identities: [IdentityType]? {
        switch self {
        case .postgres(let description): description.identities
        case .opendsr(let description): description.identities
        case .http(let description): description.identities
        case .amqp(let description): description.identities
        case .email, .manual, .tus, .none: nil
        }
    }

    /// The best verification that can come of it for an operation.
    package func verification(of operation: TargetOperation) -> Verification {
        switch self {
        case .postgres: .reRead
        case .opendsr(let description): description.isSigned ? .signedAttestation : .attestation
        case .http(let description): description.verifies(operation) ? .probe : .attestation
        case .amqp(let description): description.canLook ? .probe : .attestation
        case .email, .manual: .person
        case .tus, .none: .attestation
        }
    }

    /// Whether whoever did it can be asked afterwards whether it is done.
    package func canLook(after operation: TargetOperation) -> Bool {
        switch self {
        case .postgres: true
        case .opendsr: false
        case .http(let description): description.verifies(operation)
        // Of what it was to hand over nothing is to be gone.
        case .amqp(let description): description.canLook && operation != .collect
        case .email, .manual, .tus, .none: false
        }
    }
}
