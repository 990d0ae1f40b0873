import FoundationEssentials
import Rights

/// One BagIt 1.0 bag (RFC 8493) on its way into the archive: all below one folder, every file digested as it passes.
///
/// A file is begun, written and ended before the next. What lies below `data/` is the payload; the rest are tag files.
final class BagWriter {
    /// The one folder at the top of the archive.
    static let top = "export"

    private let thread: ZipThread
    private let time: Int64
    private let isCancelled: () -> Bool
    private var name: String?
    private var digests = BagFile.Digests()
    private var block: [UInt8] = []
    private(set) var payload: [BagFile] = []
    private(set) var tags: [BagFile] = []
    private(set) var payloadBytes = 0

    /// - Parameter isCancelled: asked at every block.
    init(_ thread: ZipThread, time: Int64, isCancelled: @escaping () -> Bool) {
        self.thread = thread
        self.time = time
        self.isCancelled = isCancelled
    }

    // MARK: Files

    /// - Parameter name: below the bag's folder.
    func begin(_ name: String) throws {
        self.name = name
        digests = BagFile.Digests()
        try thread.begin("\(Self.top)/\(name)", time: time)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        digests.update(bytes)
        var rest = bytes[...]
        while !rest.isEmpty {
            if block.isEmpty { block.reserveCapacity(ZipThread.blockSize) }
            let piece = rest.prefix(ZipThread.blockSize - block.count)
            block.append(contentsOf: piece)
            rest = rest.dropFirst(piece.count)
            if block.count == ZipThread.blockSize { try flush() }
        }
    }

    func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

    @discardableResult
    func end() throws -> BagFile {
        if !block.isEmpty { try flush() }
        try thread.end()
        let file = digests.file(name ?? "")
        name = nil
        if file.name.hasPrefix("data/") {
            payload.append(file)
            payloadBytes += file.bytes
        } else {
            tags.append(file)
        }
        return file
    }

    /// A whole file.
    @discardableResult
    func file(_ name: String, _ bytes: [UInt8]) throws -> BagFile {
        try begin(name)
        try write(bytes)
        return try end()
    }

    private func flush() throws {
        if isCancelled() { throw BundleError(.cancelled) }
        let full = block
        block = []
        try thread.write(full)
    }

    // MARK: Papers

    /// What says that this is a bag, and by which rules.
    func declare() throws {
        try file("bagit.txt", Array("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".utf8))
    }

    /// Manifests of the payload and of the tag files: the last that is written.
    func close(_ description: BundleDescription) throws {
        try file("bag-info.txt", Array(info(description).utf8))
        try file("manifest-sha256.txt", Self.list(payload, \.sha256))
        try file("manifest-sha512.txt", Self.list(payload, \.sha512))
        // No list of tag files is in one.
        let tags = tags
        try file("tagmanifest-sha256.txt", Self.list(tags, \.sha256))
        try file("tagmanifest-sha512.txt", Self.list(tags, \.sha512))
    }

    private func info(_ description: BundleDescription) -> String {
        let day = CivilDate(dayNumber: Int(time / 86_400))
        return [
            ("Source-Organization", description.processor), ("Organization-On-Whose-Behalf", description.client),
            ("External-Identifier", description.caseID.lowercaseText),
            (
                "External-Description",
                description.list == nil ? description.language.words.bag : description.language.words.listBag
            ),
            ("Bagging-Date", day.description), ("Payload-Oxum", "\(payloadBytes).\(payload.count)"),
            ("Bag-Software-Agent", "Habeas"),
        ].map { "\($0): \(Self.line($1))\n" }.joined()
    }

    private static func list(_ files: [BagFile], _ digest: KeyPath<BagFile, String>) -> [UInt8] {
        files.sorted { $0.name < $1.name }.flatMap { Array("\($0[keyPath: digest])  \($0.name)\n".utf8) }
    }

    /// One line, whatever was in the text: a second would be another label.
    private static func line(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: line.append(" ")
            default: line.append(scalar)
            }
        }
        return String(line)
    }
}
