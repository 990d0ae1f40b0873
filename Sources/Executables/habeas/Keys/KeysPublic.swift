import ArgumentParser
import Fleet
import Ledger

/// `habeas keys public`
struct KeysPublic: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "public",
        abstract: "Prints the public halves of the keys that sign certificates and evidence.",
        discussion: """
            Clients check certificates with them: habeas evidence verify --certificate, or OpenSSL. All keys of the file are printed, \
            since what an older one has signed stays signed by it; the first is in use. Nothing secret is printed.

            Example:
              habeas keys public --file /etc/habeas/keys > habeas.pem
              habeas keys public --json
            """
    )

    @Option(help: ArgumentHelp("Path of the key file; as configured where it is left out.", valueName: "path"))
    var file: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let ring = try KeyRing(file: try file ?? common.configuration().required(.keysFile))
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
}

extension String {
    /// Without line ends at its end.
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
