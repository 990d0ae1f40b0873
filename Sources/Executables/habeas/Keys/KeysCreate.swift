import ArgumentParser
import Glibc
import Ledger

/// `habeas keys create`
struct KeysCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Writes a new key file, readable by its owner only, or adds a key to one.",
        discussion: """
            Without this file the payloads of the database cannot be read by anybody: keep a copy where the database's \
            backups are not. An existing file is never overwritten.

            --add puts one fresh key at the end of an existing file; owner and mode stay. The first key of a kind is the one in use: give \
            the file to every worker, then move the new line before the others of its kind and start the workers again. A file without \
            any key of the kind uses the new one at once.

            Example:
              habeas keys create --file /etc/habeas/keys
              habeas keys create --file /etc/habeas/keys --add sign
            """
    )

    @Option(help: ArgumentHelp("Path of the new file; with --add of the existing one.", valueName: "path"))
    var file: String

    @Option(help: "Add a fresh key of this kind to an existing file.")
    var add: KeyRing.Kind?

    @OptionGroup var common: CommonOptions

    func run() throws {
        if let add { return try report(try KeyFile(path: file).add(add), of: add) }
        // O_EXCL: two runs cannot both believe that the file is theirs, and no link is followed.
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == EEXIST
                ? Failure(
                    "--file",
                    "exists already",
                    "keep it: what it encrypted cannot be read without it; name another file"
                )
                : Failure("--file", "cannot be created", "name a file in a folder that this user may write")
        }
        defer { close(descriptor) }
        let text = Array(KeyRing.newFile().utf8)
        guard write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0 else {
            unlink(file)
            throw Failure("--file", "cannot be written", "make room on its file system")
        }
        let ring = try KeyRing(file: file)
        if common.json {
            StandardOutput.write([
                "file": .string(file), "kek": .string(ring.wrapping.id), "lookup": .string(ring.looking.id),
                "sign": JSONValue(ring.signing?.id), "intake": JSONValue(ring.intake?.id),
            ])
        } else {
            let ids = [ring.wrapping.id, ring.looking.id, ring.signing?.id, ring.intake?.id].compactMap { $0 }
            StandardOutput.write(
                "wrote \(file) with keys \(ids.joined(separator: ", ")); keep a copy in a safe place"
            )
        }
    }

    private func report(_ added: (id: String, isInUse: Bool), of kind: KeyRing.Kind) throws {
        if common.json {
            StandardOutput.write([
                "file": .string(file), "kind": .string(kind.rawValue), "id": .string(added.id),
                "in_use": .bool(added.isInUse),
            ])
        } else {
            StandardOutput.write(
                added.isInUse
                    ? "added key \(added.id); it is in use: keep a copy of the file and give it to every worker"
                    : "added key \(added.id), not in use yet: keep a copy, give the file to every worker, then move its line before the others"
            )
        }
    }
}

extension KeyRing.Kind: ExpressibleByArgument {}
