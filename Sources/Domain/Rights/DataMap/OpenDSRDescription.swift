/// A processor that speaks OpenDSR.
package struct OpenDSRDescription: Sendable, Hashable {
    package enum Authentication: Sendable, Hashable {
        case none
        case basic(user: String, password: String)
        case bearer(String)
        case header(name: String, value: String)
    }

    /// How an identity is written.
    package enum Format: String, ClosedList {
        case raw, sha256, sha1, md5

        /// Hashes are sent of what says who somebody is. A device's or a customer's number says less, and a hash of it finds
        /// nobody where the processor spells it otherwise.
        package static func preferred(for type: IdentityType) -> [Format] {
            type == .email ? [.sha256, .sha1, .md5, .raw] : [.raw, .sha256, .sha1, .md5]
        }
    }

    /// The types of identity that the protocol knows.
    package static let types: [IdentityType] = [
        .controllerCustomerID, .email, .androidAdvertisingID, .androidID, .fireAdvertisingID, .iosAdvertisingID,
        .iosVendorID, .microsoftAdvertisingID, .microsoftPublisherID, .rokuPublisherID, .rokuAdvertisingID,
    ]

    /// Ends with the major version: `https://dsr.vendor.example/v2`.
    package let url: String
    /// Secrets by reference.
    package var authentication = Authentication.none
    /// The domains in whose name it may sign, in lower case; empty where signatures are not checked.
    package var domains: [String] = []
    /// Types of identity that it may be told; its discovery says which of them it takes.
    package var accepted: [IdentityType] = [.controllerCustomerID, .email]
    /// Where the data map says how a type is to be written: these formats and no others, the best first.
    package var formats: [IdentityType: [Format]] = [:]
    /// What it calls us; an answer that names somebody else is not about us. Nil where it does not matter.
    package var controller: String?
    /// Callbacks are asked for here, where the gateway serves them.
    package var callback: String?
    /// PEM file of the authorities that may have issued its certificate; nil: the system's.
    package var authorities: String?
    /// Seconds between two questions whether it is done. While the end is far off it is asked less often.
    package var pollEvery = 60

    package init(url: String) { self.url = url }

    package var isSigned: Bool { !domains.isEmpty }
    package var operations: Set<TargetOperation> { [.erase, .collect] }
    package var identities: [IdentityType] { IdentityType.leastTellingFirst.filter(accepted.contains) }

    package func formats(of type: IdentityType) -> [Format] { formats[type] ?? Format.preferred(for: type) }
}
