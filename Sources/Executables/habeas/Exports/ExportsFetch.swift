import ArgumentParser
import Crypto
import Fleet
import FoundationEssentials
import Glibc
import Ledger
import Postgres
import Rights

/// `habeas exports fetch`
struct ExportsFetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Decrypts a bundle into a file; who did it, and why, is recorded first.",
        discussion: """
            It needs the key file and the store. What was written is compared with the SHA-256 in the evidence; a file that differs is \
            removed again. The file is its owner's alone to read (mode 0600).

            Example:
              habeas exports fetch 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --output bundle.zip --why "asked by acme, ticket 4711"
            """
    )

    @Argument(help: "The export's id, or its request's.")
    var name: ExportName

    @Option(help: ArgumentHelp("A new file.", valueName: "path"))
    var output: String

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var why: String

    @OptionGroup var common: CommonOptions

    func validate() throws { try TaskReason.validate(why) }

    func run() async throws {
        let configuration = try common.configuration()
        let ring = try KeyRing(file: try configuration.required(.keysFile))
        try await StoreSession.run(configuration) { store in try await fetch(from: store, ring, configuration) }
    }

    private func fetch(
        from store: any ObjectStore,
        _ ring: KeyRing,
        _ configuration: FleetConfiguration
    ) async throws {
        let (export, bundle, key) = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { connection in
                let found = try await name.resolve(on: connection)
                guard let bundle = found.bundle, let wrapped = found.key else { throw Self.failure(found) }
                var act = try await CaseAct(on: [found.caseID], connection)
                act.record("read_by_person") { body in
                    body.member("what", ["export \(found.id.text)"])
                    body.member("why", why)
                }
                _ = try await connection.pipeline(try await act.statements(on: connection))
                return (found, bundle, try CaseKey(unwrapping: wrapped, for: found.id, with: ring).fileKey)
            }
        }
        let object = try await store.local(bundle.object)
        let digest = try withExtendedLifetime(object) { try Self.write(object.path, bundle.object, key, to: output) }
        guard digest == bundle.sha256 else {
            unlink(output)
            throw Failure(
                "export",
                "is not what its evidence says",
                "tell whoever keeps the store; nothing was written"
            )
        }
        if common.json {
            StandardOutput.write([
                "export": JSONValue(export.id), "file": .string(output), "bytes": .integer(bundle.bytes),
                "sha256": .string(digest),
            ])
        } else {
            StandardOutput.write("\(output): \(bundle.bytes) bytes, SHA-256 \(digest)")
        }
    }

    private static func failure(_ export: ExportRecord) -> Failure {
        switch export.state {
        case .expired: Failure("export", "is over: its key is destroyed", "the person may ask anew")
        case .collecting, .ready:
            Failure("export", "is not ready yet", "see how far it is with `habeas exports list`")
        }
    }

    /// The SHA-256 of what was written, hexadecimal.
    private static func write(_ path: String, _ name: String, _ key: SymmetricKey, to output: String) throws -> String {
        let reader = try SealedFileReader(path, key: key, name: name)
        let descriptor = open(output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let exists = errno == EEXIST
            throw Failure("--output", exists ? "exists" : "cannot be written", "name a new file in a folder of yours")
        }
        defer { close(descriptor) }
        var hash = SHA256()
        do {
            while let frame = try reader.next() {
                hash.update(data: frame)
                try write(frame, to: descriptor)
            }
        } catch {
            unlink(output)
            throw error
        }
        return Hex.text(hash.finalize())
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    throw Failure("--output", "cannot be written to its end", "make room for it")
                }
                rest = rest.dropFirst(count)
            }
        }
    }
}
