import ArgumentParser
import Glibc
import Ledger

/// `habeas keys create`
struct KeysCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Writes a new key file, readable by its owner only.",
        discussion: """
            Without this file the payloads of the database cannot be read by anybody: keep a copy where the database's \
            backups are not. An existing file is never overwritten.

            Example:
              habeas keys create --file /etc/habeas/keys
            """
    )

    @Option(help: ArgumentHelp("Path of the new file.", valueName: "path"))
    var file: String

    @OptionGroup var common: CommonOptions

    func run() throws {
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
            ])
        } else {
            StandardOutput.write(
                "wrote \(file) with keys \(ring.wrapping.id) and \(ring.looking.id); keep a copy in a safe place"
            )
        }
    }
}
