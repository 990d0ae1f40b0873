import ArgumentParser
import Fleet
import Ledger

/// Reading personal data: never by accident, never without a reason.
struct RevealOptions: ParsableArguments {
    @Flag(help: "Decrypt and print the personal data; leaves evidence.")
    var reveal = false

    @Option(help: ArgumentHelp("Why it must be read; recorded, so no personal data in it.", valueName: "text"))
    var why: String?

    func validate() throws {
        guard reveal || why == nil else {
            throw ValidationError("--why: says nothing without --reveal; give both or none")
        }
        guard !reveal || !reason.isEmpty else {
            throw ValidationError("--why: is missing; say why the data must be read")
        }
    }

    /// The reason without space around.
    var reason: String {
        var text = Substring(why ?? "")
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// The keys, if anything is to be revealed.
    func keyRing(_ configuration: FleetConfiguration) throws -> KeyRing? {
        reveal ? try KeyRing(file: configuration.required(.keysFile)) : nil
    }
}
