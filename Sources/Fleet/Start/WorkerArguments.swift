package import FoundationEssentials
import Rights

/// The command line of a worker: flags by configuration key, `--config FILE` and `--help`.
package struct WorkerArguments: Sendable, Equatable {
    package var configurationPath: String?
    package var flags: [String: String] = [:]
    package var wantsHelp = false
    /// `--at`: the domain time to move a play database to.
    package var domainTime: Date?

    /// Reads `--key value` and `--key=value`.
    package init(_ arguments: [String]) throws(StartError) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--help" || word == "-h" {
                wantsHelp = true
                continue
            }
            guard word.hasPrefix("--"), word.count > 2 else {
                throw StartError(.usage, "\(StartError.printable(word)): not a flag; see --help")
            }
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = String(parts[0])
            guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                throw StartError(.usage, "--\(StartError.printable(key)): needs a value; see --help")
            }
            switch key {
            case "config": configurationPath = value
            case "at":
                guard let time = EventTime.parse(value) else {
                    throw StartError(.usage, "--at: is not a time; write it as 2027-01-31T09:00:00Z")
                }
                domainTime = time
            default: flags[key] = value
            }
        }
    }

    /// What `--help` prints.
    package static func help(_ worker: String, _ summary: String) -> String {
        """
        \(worker): \(summary)

        USAGE  \(worker) [--config FILE] [--KEY VALUE]...

        Every configuration key is a flag of the same name, for instance --probes.port 9100 or --log.level debug; flags win
        over the environment (HABEAS_PROBES_PORT), which wins over the file. Keys that hold passwords are given as file:PATH.

        EXAMPLE  HABEAS_DATABASE_URL=file:/run/secrets/database \(worker) --config /etc/habeas/habeas.yaml

        Exit codes: 0 drained and ended, 64 usage, 69 a service is unreachable, 75 a connection's thread was stuck,
        78 configuration, schema or topology is not what this worker needs.

        """
    }
}
