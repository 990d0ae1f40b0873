import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres

/// `habeas requests certificate`
struct RequestsCertificate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate",
        abstract: "Prints what was done about a request at every target, and how that is known, as it was signed.",
        discussion: """
            The latest certificate of the case, or that of --number, with its signature. It holds no personal data: it can be given to \
            the client as it is, and anybody can check it with the installation's public key (habeas keys public, habeas evidence verify \
            --certificate, or OpenSSL).

            --interim makes one of how far the case has come by now. It is signed and counted where a key file is configured, and \
            otherwise neither; the case's evidence says in both cases who had it made.

            Example:
              habeas requests certificate helpdesk/REQ-17
              habeas requests certificate helpdesk/REQ-17 --html certificate.html --out certificate.json
              habeas requests certificate helpdesk/REQ-17 --interim --out so-far.json
            """
    )

    @Argument(help: ArgumentHelp("Id of the case, or PUBLISHER/REF.", valueName: "request"))
    var request: CaseName

    @Option(
        help: ArgumentHelp("Write it as a page for people into this file; - for standard output.", valueName: "file")
    )
    var html: String?

    @Option(
        help: ArgumentHelp(
            "Write it with its signature as JSON into this file; - for standard output.",
            valueName: "file"
        )
    )
    var out: String?

    @Option(help: ArgumentHelp("This one of several.", valueName: "number"))
    var number: Int?

    @Flag(help: "Make one of how far the case has come.")
    var interim = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !interim || number == nil else {
            throw ValidationError("--number: names one that exists, and --interim makes a new one; give one of them")
        }
        guard html != "-" || out != "-" else {
            throw ValidationError("--html: goes where --out goes; give one of them a file")
        }
    }

    func run() async throws {
        let configuration = try common.configuration()
        let file = try await DatabaseSession.run(configuration) { connection in
            let ids = try await request.resolve(on: connection)
            guard ids.count == 1, let id = ids.first else {
                throw Failure("request", "names several cases", "give the id of one; see habeas requests show")
            }
            guard interim else { return try await stored(id, on: connection) }
            let ring = try configuration.value(.keysFile).map { try KeyRing(file: $0) }
            return try await connection.transaction { connection in
                var certificate = try await InterimCertificate(of: id, on: connection)
                return try await certificate.make(signedWith: ring, on: connection)
            }
        }
        try give(file)
    }

    private func stored(_ id: UUID, on connection: PostgresConnection) async throws -> CertificateFile {
        let wanted: SQL = number.map { "AND number = \(Int32(clamping: $0))" } ?? ""
        let rows = try await connection.query(
            """
            SELECT body, key_id, signature FROM habeas.certificate WHERE case_id = \(id) \(wanted) ORDER BY number DESC LIMIT 1
            """
        ).decode(String.self, String.self, [UInt8].self)
        guard let (body, key, signature) = rows.first else {
            throw number == nil
                ? Failure("request", "has no certificate yet", "wait until it is answered, or make one with --interim")
                : Failure("--number", "is of no certificate of this case", "leave it out for the latest")
        }
        return CertificateFile(body: body, keyID: key, signature: signature)
    }

    private func give(_ file: CertificateFile) throws {
        if let out { try Self.write(file.text + "\n", to: out, named: "--out") }
        if let html {
            guard let page = CertificatePage(of: file) else {
                throw Failure("certificate", "cannot be read", "write it with --out; a newer version may read it")
            }
            try Self.write(page.html, to: html, named: "--html")
        }
        guard html == nil, out == nil else { return }
        if common.json {
            StandardOutput.write(.raw(file.text))
        } else {
            CertificateSheet(of: file).print()
        }
    }

    private static func write(_ text: String, to path: String, named option: String) throws {
        if path == "-" { return StandardOutput.write(text.hasSuffix("\n") ? String(text.dropLast()) : text) }
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw Failure(option, "cannot be written", "name a file in a folder that this user may write")
        }
    }
}
