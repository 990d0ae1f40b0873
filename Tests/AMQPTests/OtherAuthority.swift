import Foundation

/// A certificate authority that has signed nothing; its key was thrown away.
struct OtherAuthority {
    let caFile: String

    init() throws {
        caFile = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).pem").path
        try Data(Self.certificate.utf8).write(to: URL(fileURLWithPath: caFile))
    }

    func remove() {
        unlink(caFile)
    }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBkDCCATWgAwIBAgIURjR49knMbBLyaDNnCWWlgnR/OT4wCgYIKoZIzj0EAwIw
        HDEaMBgGA1UEAwwRYW5vdGhlciBhdXRob3JpdHkwIBcNMjYxMTIyMTY0NDQ0WhgP
        MjEyNjEwMjkxNjQ0NDRaMBwxGjAYBgNVBAMMEWFub3RoZXIgYXV0aG9yaXR5MFkw
        EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELsllSacMHN+ipo7rYJZH9PGy6Wb9rYZW
        a1JVheJ4aCGGF0o3NdYhslC9Li20sCR3e3JCzi2ft4+mxJWlO9SdoaNTMFEwHQYD
        VR0OBBYEFMmjix1zEk0w9C6LziLVuzXB8O1HMB8GA1UdIwQYMBaAFMmjix1zEk0w
        9C6LziLVuzXB8O1HMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIh
        APhkTwi72ej2OMNLHVZ62Yw73r1ZMdkNvdwOEGGdof1kAiEA7yC0Sf4wYDwFgm4S
        vBuvjnwQBRuY89x+lT79ExPeWQM=
        -----END CERTIFICATE-----

        """
}
