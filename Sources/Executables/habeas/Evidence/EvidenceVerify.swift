import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres

/// `habeas evidence verify`
struct EvidenceVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recomputes every hash and compares each chain with its subject; exit code 1 if one does not hold.",
        discussion: """
            All chains of one moment: cases, incidents, clients, parked messages, the installation. Memory does not grow with \
            them.

            --certificate checks one certificate instead, and needs no database and no configuration: only the file and the public \
            key of the installation that made it (habeas keys public), which whoever checks has to have from that installation and \
            not from the certificate. Without --public-key the certificate's own word is taken for whose it is: that shows whether it \
            was altered, and not who made it.

            Example:
              habeas evidence verify --json
              habeas evidence verify --case helpdesk/REQ-17
              habeas evidence verify --incident security/INC-7
              habeas evidence verify --certificate certificate.json --public-key habeas.pem
            """
    )

    @Option(
        name: .customLong("case"),
        help: ArgumentHelp("Only this case: its id, or PUBLISHER/REF.", valueName: "request")
    )
    var name: CaseName?

    @Option(
        name: .customLong("incident"),
        help: ArgumentHelp(
            "Only this incident and whoever is told of it: its id, or PUBLISHER/REF.",
            valueName: "incident"
        )
    )
    var incident: IncidentName?

    @Flag(help: "All chains; what is done anyway without --case.")
    var all = false

    @Option(
        help: ArgumentHelp("Only this certificate, as `requests certificate --out` writes it; or -.", valueName: "file")
    )
    var certificate: String?

    @Option(help: ArgumentHelp("The key it has to be signed with: a PEM file, or base64.", valueName: "file-or-key"))
    var publicKey: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard name == nil || !all else { throw ValidationError("--all: contradicts --case; give one of them") }
        guard incident == nil || (name == nil && !all && certificate == nil) else {
            throw ValidationError("--incident: contradicts --case, --all and --certificate; give one of them")
        }
        guard certificate == nil || (name == nil && !all) else {
            throw ValidationError("--certificate: contradicts --case and --all; give one of them")
        }
        guard publicKey == nil || certificate != nil else {
            throw ValidationError("--public-key: says nothing without --certificate; give both")
        }
    }

    func run() async throws {
        if let certificate { return try CertificateInspection(of: certificate, with: publicKey).run(json: common.json) }
        let started = ContinuousClock.now
        let walk = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                // One snapshot: the fleet writes on, and rows and ends must be of the same moment.
                try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                if let incident {
                    return try await EvidenceWalk.incident(try await incident.resolve(on: connection), on: connection)
                }
                guard let name else { return try await EvidenceWalk.all(on: connection) }
                return try await EvidenceWalk.cases(try await name.resolve(on: connection), on: connection)
            }
        }
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        report(walk, seconds)
        guard walk.faultCount == 0 else {
            throw Failure(
                "evidence",
                "\(walk.faultCount) of \(walk.chains) chains do not hold",
                "keep the database as it is and compare with a backup"
            )
        }
    }

    private func report(_ walk: EvidenceWalk, _ seconds: Double) {
        if common.json {
            StandardOutput.write([
                "chains": .integer(walk.chains), "rows": .integer(walk.rows), "faults": .integer(walk.faultCount),
                "found": .array(
                    walk.faults.map {
                        ["chain": JSONValue($0.chain), "kind": .string($0.kind), "fault": .string($0.what)]
                    }
                ),
                "by_kind": .object(walk.byKind.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }),
                "seconds": .number((seconds * 1_000).rounded() / 1_000),
            ])
            return
        }
        if walk.faultCount > 0 {
            var table = TextTable("CHAIN", "KIND", "FAULT", empty: "")
            for fault in walk.faults { table.add(fault.chain.text, fault.kind, fault.what) }
            StandardOutput.write(table)
        }
        let kinds = walk.byKind.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        StandardOutput.write("\(walk.chains) chains (\(kinds)), \(walk.rows) rows, \(walk.faultCount) faults")
    }
}
