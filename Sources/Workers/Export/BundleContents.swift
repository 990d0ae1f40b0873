import Connectors
import Crypto
import Fleet
import FoundationEssentials
import Ledger
import Rights

/// What goes into one bundle: the description, from the data map and what was collected, and the rows, from their pieces.
struct BundleContents: BundleSource, Sendable {
    private(set) var description: BundleDescription
    /// Systems that are named because they gave nothing.
    private(set) var gaps = 0
    /// By section and by file, the pieces in their order.
    private var rows: [[CopiedPiece]] = []
    private var files: [CopiedPiece] = []
    /// The rows of the only section, where they come from no system: to whom data go, or who is on a list.
    private var lines: [UInt8]?
    /// The pieces as local files, by their names in the store; as long as they are kept.
    private let objects: [String: LocalObject]
    private let key: SymmetricKey

    /// - Parameters:
    ///   - personLocale: the language in which the person wants to be written to; nil where nobody said.
    ///   - disclosure: what an authority demands, of a bundle that one gets.
    ///   - objects: the pieces, by their names in the store.
    init(
        _ record: CaseFileRecord,
        _ disclosure: DisclosureRecord?,
        _ targets: [FanOutTarget],
        _ pieces: [ExportPieces.Entry],
        _ registry: Registry,
        _ letters: LetterBook,
        personLocale: String?,
        objects: [String: LocalObject],
        key: SymmetricKey
    ) throws {
        self.objects = objects
        self.key = key
        description = BundleDescription(record, disclosure, registry, letters, personLocale: personLocale)
        if record.right == .disclosureList {
            let list = DisclosureList(record, registry)
            lines = list.lines
            description.sections.append(BundleSection(list, processor: description.processor, in: words))
            return
        }
        var systems: [DataSystem] = []
        for target in targets.sorted(by: { $0.ordinal < $1.ordinal }) {
            guard var system = registry.system(target.system) else { throw RegistryChanged() }
            if let only = target.only { system.categories = system.categories.filter(only.contains) }
            systems.append(system)
            try add(target, system, pieces.filter { $0.target == target.id }.map(\.piece), record, registry)
        }
        if disclosure == nil { description.say(decisionsOf: systems) }
    }

    /// A list of the people whom an incident concerns.
    init(_ list: PeopleList, _ record: CaseFileRecord, _ registry: Registry, _ letters: LetterBook, key: SymmetricKey) {
        objects = [:]
        self.key = key
        description = BundleDescription(list, record, registry, letters)
        lines = list.lines
        description.sections.append(BundleSection(list, processor: description.processor, in: words))
    }

    private var words: PageWords { description.language.words }

    private mutating func add(
        _ target: FanOutTarget,
        _ system: DataSystem,
        _ pieces: [CopiedPiece],
        _ record: CaseFileRecord,
        _ registry: Registry
    ) throws {
        if let gap = BundleGap(target, system, in: words) {
            description.gaps.append(gap)
            if gap.isMissing { gaps += 1 }
            return
        }
        let counted = target.findings.parts.filter { $0.action == "copied" }
        for part in counted {
            let own = pieces.filter { $0.dataset == part.name && !$0.isFile }
            guard own.map(\.rows).reduce(0, +) == part.rows else { throw ExportObstacle.pieces }
            let declared = try own.first.map { try header(of: $0).columns } ?? []
            let columns = declared.isEmpty ? try columns(of: own) : declared
            description.sections.append(BundleSection(system, part, columns: columns, of: record, registry, in: words))
            rows.append(own)
        }
        for piece in pieces where piece.isFile {
            let header = try header(of: piece)
            let section =
                description.sections.lastIndex { $0.system == system.id } ?? addSection(system, record, registry)
            description.files.append(
                BundleFile(
                    name: header.name ?? piece.dataset,
                    mediaType: header.mediaType ?? "application/octet-stream",
                    size: piece.bytes,
                    section: section
                )
            )
            files.append(piece)
        }
    }

    private func columns(of pieces: [CopiedPiece]) throws -> [String] {
        struct Enough: Error {}
        var columns = BundleColumns()
        do {
            for piece in pieces {
                try read(piece) { block in
                    columns.read(block)
                    if columns.isFull { throw Enough() }
                }
            }
        } catch is Enough {}
        return columns.names
    }

    /// Of a system that gave files and no rows.
    private mutating func addSection(_ system: DataSystem, _ record: CaseFileRecord, _ registry: Registry) -> Int {
        let part = TargetFindings.Part(HandedIn.dataset, "copied", rows: 0)
        description.sections.append(BundleSection(system, part, columns: [], of: record, registry, in: words))
        rows.append([])
        return description.sections.count - 1
    }

    // MARK: Rows

    func lines(of section: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        if let lines { return try lines.withUnsafeBytes(body) }
        for piece in rows[section] {
            var lines = WholeLines()
            try read(piece) { try lines.take($0, body) }
            guard lines.isWhole else { throw ExportObstacle.pieces }
        }
    }

    func bytes(of file: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws { try read(files[file], body) }

    /// What stands behind the header.
    private func read(_ piece: CopiedPiece, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let reader = try reader(of: piece)
        var isBehind = false
        while let frame = try reader.next() {
            try frame.withUnsafeBytes { bytes in
                guard !isBehind else { return try body(bytes) }
                guard let end = bytes.firstIndex(of: Self.lineEnd) else { throw ExportObstacle.pieces }
                isBehind = true
                if end + 1 < bytes.count { try body(UnsafeRawBufferPointer(rebasing: bytes[(end + 1)...])) }
            }
        }
        guard isBehind else { throw ExportObstacle.pieces }
    }

    /// It is shorter than a frame.
    private func header(of piece: CopiedPiece) throws -> CopyHeader {
        guard let frame = try reader(of: piece).next(), let end = frame.firstIndex(of: Self.lineEnd) else {
            throw ExportObstacle.pieces
        }
        return try CopyHeader(reading: Array(frame[..<end]))
    }

    private func reader(of piece: CopiedPiece) throws -> SealedFileReader {
        guard let object = objects[piece.object] else { throw ExportObstacle.pieces }
        return try SealedFileReader(object.path, key: key, name: piece.object)
    }

    private static let lineEnd = UInt8(ascii: "\n")
}
