/// A processor that speaks OpenDSR.
package struct OpenDSRDescription: Sendable, Hashable {
    package enum Authentication: Sendable, Hashable {
        case none
        case basic(user: String, password: String)
        case bearer(String)
        case header(name: String, value: String)
    }

    /// Ends with the major version: `https://dsr.vendor.example/v2`.
    package let url: String
    /// Secrets by reference.
    package var authentication = Authentication.none
    /// The domains in whose name it may sign; empty where signatures are not checked.
    package var domains: [String] = []
    /// Preferred forms of identities, the best first; the processor's discovery says which of them it takes.
    package var accepted: [IdentityType] = [.controllerCustomerID, .email]
    /// Our name there, where it wants one.
    package var controller: String?
    /// Callbacks are asked for here, where the gateway serves them.
    package var callback: String?
    /// PEM file of the authorities that may have issued its certificate; nil: the system's.
    package var authorities: String?

    package init(url: String) { self.url = url }

    package var isSigned: Bool { !domains.isEmpty }
    package var operations: Set<TargetOperation> { [.erase, .collect] }
    package var identities: [IdentityType] { IdentityType.leastTellingFirst.filter(accepted.contains) }
}
