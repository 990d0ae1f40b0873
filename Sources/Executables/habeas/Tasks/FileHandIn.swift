import Connectors
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Files that a person hands in with a task of a copy. They are sealed in the store before anybody is told of them, under the key of
/// the export that they are for, and go with it.
struct FileHandIn {
    let files: HandedIn
    /// SHA-256 of each, hexadecimal.
    let digests: [String]
    private let export: UUID

    private static let over = Failure(
        "--file",
        "belongs to a task of a copy that is being collected, and this is none",
        "leave it out; a file that shows what was done is an --attachment"
    )

    /// Seals the files in the store. Where one cannot be taken none of them stays.
    init(
        _ paths: [String],
        for task: UUID,
        in store: any ObjectStore,
        _ ring: KeyRing,
        on connection: PostgresConnection
    ) async throws {
        let found = try await connection.query(
            """
            SELECT \(ExportRecord.columns) FROM habeas.export
             WHERE state = 'collecting'
               AND case_id = (SELECT case_id FROM habeas.fan_out WHERE id = \(task) AND operation = \(TargetOperation.collect.rawValue))
            """
        )
        guard let record = try found.first.map(ExportRecord.init), let wrapped = record.key else { throw Self.over }
        let desk = CopyDesk(
            store: store,
            key: try CaseKey(unwrapping: wrapped, for: record.id, with: ring).fileKey,
            folder: "\(record.folder)/\(task.lowercaseText)",
            slice: .zero
        )
        var taken: [HandedInFile] = []
        do {
            for (ordinal, path) in paths.enumerated() {
                taken.append(try await HandedInFile(path, ordinal: ordinal, desk))
            }
        } catch {
            await store.discard(taken.map(\.piece))
            throw Self.explained(error)
        }
        export = record.id
        files = HandedIn(key: UUID.version7(at: Date()), pieces: taken.map(\.piece))
        digests = taken.map(\.sha256)
    }

    /// Whether the export is still collected, under the lock of its case.
    func check(on connection: PostgresConnection) async throws {
        let isOpen = try await connection.query(
            "SELECT EXISTS (SELECT FROM habeas.export WHERE id = \(export) AND state = 'collecting')"
        ).only.decode(0, as: Bool.self)
        guard isOpen else { throw Self.over }
    }

    /// Nobody was told of them.
    func takeBack(from store: any ObjectStore) async { await store.discard(files.pieces) }

    private static func explained(_ error: any Error) -> any Error {
        switch error {
        case HandedInFile.Fault.unreadable:
            Failure("--file", "cannot be read", "give the path of a regular file that this user may read")
        case HandedInFile.Fault.empty:
            Failure("--file", "is empty", "hand in what was found, or say --outcome already_absent where nothing was")
        case HandedInFile.Fault.tooLarge:
            Failure(
                "--file",
                "is larger than \(HandedInFile.limit >> 20) MiB",
                "cut it into several files of that size at most"
            )
        case let error as SealedFileError where error.code == .diskFull:
            Failure("the store of exports", "has no room left", "make some, and hand in again", status: .unreachable)
        default: error
        }
    }
}
