/// What a target is allowed to be beyond a public address that speaks TLS.
public struct Permissions: OptionSet, Hashable, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// May be spoken to without encryption.
    public static let plain = Permissions(rawValue: 1)
    /// May have an address that ``AddressGuard`` refuses: the target is one of our own.
    public static let internalAddress = Permissions(rawValue: 2)
}
