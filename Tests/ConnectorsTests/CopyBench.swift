import Crypto
import Fleet
import Foundation
import Ledger
import Rights

@testable import Connectors

/// A store in a folder of its own, an export's key, and what connectors put there.
struct CopyBench: Sendable {
    /// What all slices of an order came to.
    struct Collected {
        var report: TargetReport
        var pieces: [CopiedPiece] = []
        var slices = 0
        /// What each slice but the last said: rows so far, and how many there may be in all.
        var progress: [(done: Int?, total: Int?)] = []
    }

    private let folder: String
    private let store: FolderStore
    private let key = SymmetricKey(size: .bits256)

    private init(in place: String) throws {
        folder = "\(place)/copies-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = FolderStore(folder)
    }

    /// - Parameter place: the folder that the store's is made in.
    static func with(
        in place: String = FileManager.default.temporaryDirectory.path,
        _ body: (CopyBench) async throws -> Void
    ) async throws {
        let bench = try CopyBench(in: place)
        defer { bench.remove() }
        try await body(bench)
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    func desk(slice: Duration = .seconds(60)) -> CopyDesk {
        CopyDesk(store: store, key: key, folder: "exports/one", slice: slice)
    }

    /// Performs slice after slice until something else than going on is said.
    ///
    /// - Parameter isLost: whether this slice's report never arrives, as when its worker dies.
    func collect(
        _ order: TargetOrder,
        with connector: some Connector,
        isLost: (Int) -> Bool = { _ in false }
    ) async -> Collected {
        var order = order
        var collected = Collected(report: await connector.perform(order))
        collected.slices = 1
        while true {
            if isLost(collected.slices) {
                order = HTTPBench.next(order, after: nil)
            } else {
                collected.pieces += collected.report.findings.pieces
                guard collected.report.verdict.outcome == .waiting, collected.slices < 1_000 else { return collected }
                collected.progress.append((collected.report.findings.done, collected.report.findings.total))
                order = HTTPBench.next(order, after: collected.report)
            }
            collected.report = await connector.perform(order)
            collected.slices += 1
        }
    }

    // MARK: What is in it

    func objects() async throws -> [String] { try await store.list(prefix: "exports") }
    /// What was begun and is neither finished nor gone.
    var scratch: [String] { (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/.scratch")) ?? [] }

    func read(_ piece: CopiedPiece) async throws -> (header: CopyHeader, bytes: [UInt8]) {
        let object = try await store.local(piece.object)
        let reader = try SealedFileReader(object.path, key: key, name: piece.object)
        var bytes: [UInt8] = []
        while let frame = try reader.next() { bytes += frame }
        let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
        return (try CopyHeader(reading: Array(bytes[..<end])), Array(bytes[(end + 1)...]))
    }

    /// As it lies there.
    func raw(_ piece: CopiedPiece) async throws -> String {
        let object = try await store.local(piece.object)
        let data = try Data(contentsOf: URL(fileURLWithPath: object.path))
        return "\(piece.object) " + String(decoding: data, as: UTF8.self) + data.base64EncodedString()
    }

    /// The rows of each dataset, in their order; numbers and places of pieces are looked at on the way.
    func rows(_ pieces: [CopiedPiece]) async throws -> [String: [String]] {
        var rows: [String: [String]] = [:]
        for (ordinal, piece) in pieces.enumerated() {
            let found = try await read(piece)
            let lines = found.bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
            guard piece.ordinal == ordinal, piece.rows == lines.count, piece.bytes == found.bytes.count, !piece.isFile
            else { throw CocoaError(.coderInvalidValue) }
            rows[piece.dataset, default: []] += lines
        }
        return rows
    }
}
