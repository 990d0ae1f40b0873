/// An own app that gets sealed tasks over the broker and answers with events.
package struct AppDescription: Sendable, Hashable {
    /// The P-256 key, as a JWK, that tasks are sealed for.
    package let publicKey: String
    package var operations: Set<TargetOperation> = [.erase]
    package var accepted: [IdentityType] = []
    /// Whether it can be asked afterwards whether anything is left.
    package var canLook = false
    /// Within what it has to answer.
    package var answersWithin = Period(3, .businessDay)
    /// Publishers whose events answer its tasks; none named: the one that is called as the system is.
    package var publishers: [String] = []

    package init(publicKey: String) { self.publicKey = publicKey }

    package var identities: [IdentityType]? {
        accepted.isEmpty ? nil : IdentityType.leastTellingFirst.filter(accepted.contains)
    }
}

/// A person who does it, told by mail or found by looking at the list of tasks.
package struct PersonDescription: Sendable, Hashable {
    /// Who is written to; empty for those who look at the list.
    package var addresses: [String] = []
    package var locale = "en"
    /// Who answers for it.
    package var owner: String?
    /// What has to be done, for whoever does it. Names nobody.
    package var instructions: String?
    /// How often is asked again.
    package var remindEvery = Period(2, .businessDay)
    /// Publishers whose events say that it is done; none named: people say so by hand.
    package var publishers: [String] = []

    package init() {}
}

extension DataSystem {
    /// Whether what a publisher says of this system's tasks counts.
    package func mayAnswer(_ publisher: String) -> Bool {
        switch connector {
        case .amqp(let app): app.publishers.isEmpty ? publisher == id : app.publishers.contains(publisher)
        case .email(let person), .manual(let person): person.publishers.contains(publisher)
        case .postgres, .opendsr, .http, .tus, .none: false
        }
    }
}

extension IdentityType {
    /// From what says least about a person to what says most: where less will do, more is not sent (K16, G4).
    package static let leastTellingFirst: [IdentityType] = [
        .controllerCustomerID, .androidAdvertisingID, .fireAdvertisingID, .iosAdvertisingID, .microsoftAdvertisingID,
        .rokuAdvertisingID, .iosVendorID, .androidID, .microsoftPublisherID, .rokuPublisherID, .ipAddress,
        .socialHandle, .email, .phone, .name,
    ]
}
