import Archive
import Foundation
import Ledger
import Rights
import TestKit

@testable import Export

/// A bundle of rows and files that a test writes down.
struct SampleBundle: BundleSource {
    static let ring = Result { try KeyRing(parsing: KeyRing.newFile()) }

    var description = BundleDescription(
        caseID: UUID(uuidString: "0193B7A0-0000-7000-8000-00000000C0DE") ?? UUID(),
        client: "Nimbus Hosting GmbH",
        processor: "Example Desk Ltd",
        right: .access,
        regulation: .gdpr,
        submittedOn: CivilDate(dayNumber: 20_400),
        time: 1_764_432_000
    )
    /// A line each, without its end.
    var lines: [[String]] = []
    var files: [[UInt8]] = []
    /// Lines of one block.
    var linesOfBlock = 3
    var limits = BundleWriter.Limits()

    mutating func add(_ columns: [String], _ lines: [String], dataset: String = "public.tickets", rows: Int? = nil) {
        self.lines.append(lines)
        description.sections.append(.sample(dataset, columns, rows: rows ?? lines.count))
    }

    mutating func addFile(_ name: String, _ bytes: [UInt8], type: String = "application/pdf", size: Int? = nil) {
        files.append(bytes)
        description.files.append(BundleFile(name: name, mediaType: type, size: size ?? bytes.count, section: 0))
    }

    func lines(of section: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var rest = lines[section][...]
        while !rest.isEmpty {
            let block = rest.prefix(linesOfBlock).map { $0 + "\n" }.joined()
            try Array(block.utf8).withUnsafeBytes(body)
            rest = rest.dropFirst(linesOfBlock)
        }
    }

    func bytes(of file: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try files[file].withUnsafeBytes(body)
    }

    /// Writes it, and gives the archive.
    func write() throws -> (zip: Data, summary: BundleSummary) {
        var zip = Data()
        let writer = BundleWriter(
            try ZipWriter { zip.append(contentsOf: $0) },
            signer: try Self.signer,
            description,
            limits: limits
        )
        let summary = try writer.run(self)
        return (zip, summary)
    }

    /// Writes it, and reads it as others do.
    func open() throws -> OpenedBundle { try OpenedBundle(try write().zip) }

    static var signer: KeyRing.SigningKey {
        get throws {
            guard let key = try ring.get().signing else { throw KeyRingError(.noKey("sign")) }
            return key
        }
    }
}

extension BundleSection {
    static func sample(_ dataset: String, _ columns: [String], rows: Int) -> BundleSection {
        BundleSection(
            system: "desk",
            systemTitle: "Ticket desk",
            kind: .own,
            company: "Example Desk Ltd",
            region: "DE",
            dataset: dataset,
            category: "support_requests",
            purposes: ["support", "billing"],
            retention: "3 years after the last contact",
            recipients: ["Mailer Inc"],
            source: "What was typed into the form",
            columns: columns,
            rows: rows
        )
    }
}

/// An archive as Python's `zipfile` unpacks it.
struct OpenedBundle {
    /// By names below the bag's folder, in the archive's order.
    let files: [(name: String, content: Data)]

    init(_ zip: Data) throws {
        let text = try Python.run(Self.script, input: zip)
        files = try text.split(separator: "\n").map { line in
            let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard words.count == 2, let content = Data(base64Encoded: words[1]) else { throw Unreadable() }
            return (words[0], content)
        }
    }

    struct Unreadable: Error {}

    subscript(name: String) -> Data? { files.first { $0.name == name }?.content }

    func text(_ name: String) -> String { self[name].map { String(decoding: $0, as: UTF8.self) } ?? "" }

    /// The one whose name begins so.
    func only(_ prefix: String) throws -> (name: String, content: Data) {
        let found = files.filter { $0.name.hasPrefix(prefix) }
        guard found.count == 1 else { throw Unreadable() }
        return found[0]
    }

    var manifest: [String: Any] {
        get throws {
            let object = try JSONSerialization.jsonObject(with: self["manifest.json"] ?? Data())
            guard let manifest = object as? [String: Any] else { throw Unreadable() }
            return manifest
        }
    }

    /// Rows of a CSV file as Python reads them, the line of names first.
    func table(_ name: String) throws -> [[String]] {
        let script = """
            import csv, io, json, sys
            csv.field_size_limit(1 << 30)
            text = sys.stdin.buffer.read().decode('utf-8-sig')
            print(json.dumps(list(csv.reader(io.StringIO(text, newline=''), strict=True))))
            """
        let printed = try Python.run(script, input: self[name] ?? Data())
        guard let rows = try JSONSerialization.jsonObject(with: Data(printed.utf8)) as? [[String]] else {
            throw Unreadable()
        }
        return rows
    }

    /// Writes it to a folder of its own for as long as `body` runs.
    @discardableResult
    func inFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "habeas-bundle-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        for file in files {
            let path = folder.appending(path: file.name)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try file.content.write(to: path)
        }
        return try body(folder)
    }

    private static let script = """
        import base64, io, sys, zipfile
        with zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())) as archive:
            assert archive.testzip() is None
            for entry in archive.infolist():
                assert entry.filename.startswith('export/'), 'one folder at the top'
                print(entry.filename[7:], base64.b64encode(archive.read(entry)).decode())
        """
}
