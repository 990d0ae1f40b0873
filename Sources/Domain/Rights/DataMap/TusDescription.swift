/// A place that takes uploads which can go on after a break, as the tus protocol 1.0 has it: where another controller has people's data
/// handed to.
package struct TusDescription: Sendable, Hashable {
    /// Where an upload is created.
    package let url: String
    /// Secrets by reference.
    package var authentication = HTTPDescription.Authentication.none
    /// Bytes sent with one call.
    package var chunk = 4 << 20
    /// Whether each call says what its bytes come to (`Upload-Checksum`).
    package var hasChecksums = true

    package init(url: String) { self.url = url }
}
