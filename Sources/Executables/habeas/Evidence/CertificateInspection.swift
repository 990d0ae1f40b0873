import Fleet
import FoundationEssentials
import Ledger

/// Checks a certificate with nothing but a public key: no database, no configuration.
struct CertificateInspection {
    private let bytes: [UInt8]
    private let key: VerifyingKey?
    private let name: String

    /// - Parameter given: a file that holds a key, or the key itself; nil for none.
    init(of path: String, with given: String?) throws {
        name = InputFile.name(path)
        bytes = try InputFile.read(path)
        key = try given.map { given in
            if let key = VerifyingKey(text: given) { return key }
            guard let key = VerifyingKey(text: Self.firstKey(in: try InputFile.text(given))) else {
                throw Failure(
                    "--public-key",
                    "is no public key of Ed25519",
                    "give what `habeas keys public` prints: a PEM file, or the key's base64",
                    status: .usage
                )
            }
            return key
        }
    }

    /// `keys public` writes one after another, each under a line of comment; the first is in use.
    private static func firstKey(in text: String) -> String {
        var lines: [Substring] = []
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            lines.append(line)
            if line.hasPrefix("-----END") { break }
        }
        return lines.joined(separator: "\n")
    }

    func run(json: Bool) throws {
        let file: CertificateFile
        let reading: CertificateFile.Reading
        do throws(CertificateFile.Fault) {
            file = try CertificateFile(reading: bytes)
            reading = try file.check(with: key)
        } catch {
            if json {
                StandardOutput.write(["ok": false, "fault": .string(error.rawValue)])
                throw SilentFailure()
            }
            throw Failure(name, error.sentence, error.remedy)
        }
        if json {
            return StandardOutput.write([
                "ok": true, "certificate": .string(reading.certificate), "request": .string(reading.request),
                "interim": .bool(reading.isInterim), "sha256": .string(file.digest), "key": JSONValue(file.keyID),
                "public_key": .string(reading.key.base64), "key_given": .bool(key != nil),
            ])
        }
        let kind = reading.isInterim ? "interim certificate" : "certificate"
        StandardOutput.write("ok: \(kind) \(reading.certificate) of request \(reading.request), unaltered")
        if key == nil {
            StandardError.write(
                "habeas: --public-key: not given, so that only the certificate itself says whose it is; give the installation's key"
            )
        }
    }
}

extension CertificateFile.Fault {
    fileprivate var sentence: String {
        switch self {
        case .notACertificate: "is no certificate"
        case .unknownVersion: "is of a version that this program does not read"
        case .notSigned: "is not signed"
        case .noKey: "names no key, and none was given"
        case .otherKey: "names another key than the one given"
        case .wrongSignature: "was altered, or signed with another key"
        }
    }

    fileprivate var remedy: String {
        switch self {
        case .notACertificate: "give a file as `habeas requests certificate --out` writes it"
        case .unknownVersion: "check it with the version of habeas that made it, or a newer one"
        case .notSigned: "ask for a signed one: an installation signs with a key of kind sign"
        case .noKey: "give --public-key"
        case .otherKey: "get the key of the installation that issued it; of several try each"
        case .wrongSignature: "do not rely on it, and ask whoever issued it for another copy"
        }
    }
}
