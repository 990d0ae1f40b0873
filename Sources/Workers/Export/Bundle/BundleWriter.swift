import Archive
import FoundationEssentials
import Ledger

/// Writes the archive of a case: one BagIt 1.0 bag with what every system gave, for people and for machines. The same description
/// and the same contents give the same bytes.
///
///     export/bagit.txt  bag-info.txt  manifest-sha{256,512}.txt  tagmanifest-sha{256,512}.txt
///     export/index.html                       for reading: ``BundlePage``
///     export/manifest.json  manifest.json.sig  public-key.pem
///     export/data/json/0001-public-tickets.jsonl     the lossless copy
///     export/data/csv/0001-public-tickets-1.csv      the convenient one
///     export/data/files/0001.pdf
///
/// `manifest.json` holds the digests of everything below `data/` and of the page; the signature is over its bytes and checked with
/// ``BundleManifest/checks``. Every section is read three times: for its JSON, for its CSV, and its first rows for the page.
///
/// Memory is about 3 MiB whatever the sections hold, half a kilobyte a file, and what the page and the source keep.
struct BundleWriter {
    /// What is fixed for everybody, and less in tests.
    struct Limits: Sendable {
        /// Rows of one CSV file: spreadsheets take 1,048,576.
        var rowsOfCSV = 1_000_000
    }

    private let zip: ZipWriter
    private let signer: KeyRing.SigningKey
    private let description: BundleDescription
    private let limits: Limits
    private let isCancelled: () -> Bool

    /// - Parameters:
    ///   - zip: nothing has been written to it. While the bundle is made a thread of its own writes to it, and calls its sink.
    ///   - signer: another key makes other bytes.
    ///   - isCancelled: asked every 256 KiB, on the thread that runs the writer.
    init(
        _ zip: ZipWriter,
        signer: KeyRing.SigningKey,
        _ description: BundleDescription,
        limits: Limits = Limits(),
        isCancelled: @escaping () -> Bool = { false }
    ) {
        self.zip = zip
        self.signer = signer
        self.description = description
        self.limits = limits
        self.isCancelled = isCancelled
    }

    /// Writes all of it, to the archive's last byte. What is thrown is a ``BundleError``, or what the source or the archive threw;
    /// the archive is of no use then.
    func run(_ source: some BundleSource) throws -> BundleSummary {
        for (index, file) in description.files.enumerated() {
            guard description.sections.indices.contains(file.section) else { throw BundleError(.section, index + 1) }
        }
        let thread = try ZipThread(zip)
        let summary: BundleSummary
        do {
            let bag = BagWriter(thread, time: description.time, isCancelled: isCancelled)
            summary = try write(bag, source)
        } catch {
            thread.abandon()
            throw error
        }
        try thread.close()
        try zip.finish()
        return summary
    }

    private func write(_ bag: BagWriter, _ source: some BundleSource) throws -> BundleSummary {
        try bag.declare()
        var sections = try description.sections.indices.map { try section($0, bag, source) }
        let files = try description.files.indices.map { try file($0, bag, source) }
        // The folder of the payload has to be there, and an archive has folders only around files.
        let nothing = description.language.words.nothing
        if bag.payload.isEmpty { try bag.file("data/nothing.txt", Array("\(nothing)\n".utf8)) }
        var page = BundlePage(
            bag,
            description,
            sections: sections,
            files: files,
            signer: signer
        )
        for (index, rows) in try page.write(source).enumerated() { sections[index].shownRows = rows }
        let manifest = BundleManifest(
            description: description,
            sections: sections,
            files: files,
            page: bag.tags[bag.tags.count - 1],
            payloadBytes: bag.payloadBytes,
            payloadFiles: bag.payload.count,
            signer: signer
        ).bytes
        let written = try bag.file(BundleManifest.name, manifest)
        let signature = try signer.sign(manifest)
        try bag.file(BundleManifest.signatureName, signature)
        try bag.file(BundleManifest.keyName, Array(signer.verifyingKey.pem.utf8))
        try bag.close(description)
        return BundleSummary(
            sections: Swift.zip(description.sections, sections).map { section, written in
                .init(
                    rows: section.rows,
                    bytes: written.json?.bytes ?? 0,
                    csvBytes: written.csv.map(\.file.bytes).reduce(0, +),
                    shownRows: written.shownRows,
                    changedCells: written.changedCells
                )
            },
            entries: bag.payload.count + bag.tags.count,
            payloadFiles: bag.payload.count,
            payloadBytes: bag.payloadBytes,
            manifestSHA256: written.sha256,
            signature: signature
        )
    }

    // MARK: Contents

    private func section(_ index: Int, _ bag: BagWriter, _ source: some BundleSource) throws -> WrittenSection {
        var written = WrittenSection()
        written.json = try json(index, bag, source)
        let section = description.sections[index]
        guard let json = written.json, !section.columns.isEmpty else { return written }
        let csv = CSVWriter(bag, columns: section.columns, rowLimit: limits.rowsOfCSV) {
            BagName.csv(index, section.dataset, part: $0)
        }
        var bytes = 0
        do {
            try source.lines(of: index) { block in
                bytes += block.count
                guard block.isEmpty || block[block.count - 1] == UInt8(ascii: "\n"), bytes <= json.bytes else {
                    throw BundleError(.changed, index + 1)
                }
                try csv.write(block)
            }
        } catch is LineReader.Fault {
            throw BundleError(.line, index + 1)
        }
        try csv.close()
        guard bytes == json.bytes, csv.rows == section.rows else { throw BundleError(.changed, index + 1) }
        written.csv = csv.parts
        written.changes = csv.changes
        written.rowsWithOthers = csv.rowsWithOthers
        return written
    }

    /// Nil where no row was promised and none came.
    private func json(_ index: Int, _ bag: BagWriter, _ source: some BundleSource) throws -> BagFile? {
        let section = description.sections[index]
        var rows = 0
        if section.rows > 0 { try bag.begin(BagName.json(index, section.dataset)) }
        try source.lines(of: index) { block in
            guard !block.isEmpty else { return }
            guard block[block.count - 1] == UInt8(ascii: "\n") else { throw BundleError(.line, index + 1) }
            rows += Self.lines(block)
            guard rows <= section.rows else { throw BundleError(.rows, index + 1) }
            try bag.write(block)
        }
        guard rows == section.rows else { throw BundleError(.rows, index + 1) }
        return section.rows > 0 ? try bag.end() : nil
    }

    private static func lines(_ block: UnsafeRawBufferPointer) -> Int {
        var count = 0
        for byte in block where byte == UInt8(ascii: "\n") { count += 1 }
        return count
    }

    private func file(_ index: Int, _ bag: BagWriter, _ source: some BundleSource) throws -> BagFile {
        let file = description.files[index]
        var size = 0
        try bag.begin(BagName.file(index, mediaType: file.mediaType))
        try source.bytes(of: index) { block in
            size += block.count
            guard size <= file.size else { throw BundleError(.size, index + 1) }
            try bag.write(block)
        }
        guard size == file.size else { throw BundleError(.size, index + 1) }
        return try bag.end()
    }
}
