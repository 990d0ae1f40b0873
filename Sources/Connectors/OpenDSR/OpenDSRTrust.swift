/// What is known of processors: what they support, and by which certificates they sign. Shared by all orders.
final class OpenDSRTrust: Sendable {
    /// How long a discovery is believed.
    static let discoveryLife: Duration = .seconds(600)
    /// How long a certificate is used without being fetched anew; never beyond its own end.
    static let certificateLife: Duration = .seconds(86_400)
    /// What is younger is not fetched anew because something did not fit: whoever sends nonsense must not make us call somebody.
    static let rest: Duration = .seconds(60)

    let discoveries = OpenDSRShelf<OpenDSRDiscovery>()
    let signers = OpenDSRShelf<OpenDSRSigner>()
}
