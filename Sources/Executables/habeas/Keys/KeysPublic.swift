import ArgumentParser
import Fleet
import Ledger

/// `habeas keys public`
struct KeysPublic: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "public",
        abstract:
            "Prints the public halves of the keys that sign certificates and evidence, or of those that others seal for.",
        discussion: """
            Clients check certificates with them: habeas evidence verify --certificate, or OpenSSL. All keys of the file are printed, \
            since what an older one has signed stays signed by it; the first is in use. Nothing secret is printed.

            With --intake: the keys for which own apps seal what they hand over, each a JSON Web Key on a line.

            Example:
              habeas keys public --file /etc/habeas/keys > habeas.pem
              habeas keys public --json
              habeas keys public --intake
            """
    )

    @Option(help: ArgumentHelp("Path of the key file; as configured where it is left out.", valueName: "path"))
    var file: String?

    @Flag(help: "Print the keys that others seal for.")
    var intake = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        let ring = try KeyRing(file: try file ?? common.configuration().required(.keysFile))
        if intake { return try printIntake(ring.intakeKeys) }
        guard !ring.signingKeys.isEmpty else { throw KeyRingError(.noKey("sign")) }
        if common.json {
            let keys = ring.signingKeys.enumerated().map { index, key -> JSONValue in
                [
                    "id": .string(key.id), "algorithm": "Ed25519", "public_key": .string(key.verifyingKey.base64),
                    "pem": .string(key.verifyingKey.pem), "in_use": .bool(index == 0),
                ]
            }
            return StandardOutput.write(["keys": .array(keys)])
        }
        for (index, key) in ring.signingKeys.enumerated() {
            StandardOutput.write("# key \(key.id)\(index == 0 ? ", in use" : "")")
            StandardOutput.write(key.verifyingKey.pem.trimmed)
        }
    }

    private func printIntake(_ keys: [IntakeKey]) throws {
        guard !keys.isEmpty else { throw KeyRingError(.noKey("intake")) }
        guard common.json else {
            for key in keys { StandardOutput.write(key.receiver.jwk) }
            return
        }
        let list = keys.enumerated().map { index, key -> JSONValue in
            ["id": .string(key.id), "jwk": .string(key.receiver.jwk), "in_use": .bool(index == 0)]
        }
        StandardOutput.write(["keys": .array(list)])
    }
}

extension String {
    /// Without line ends at its end.
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
