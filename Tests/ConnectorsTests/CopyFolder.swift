import Crypto
import Fleet
import Foundation
import Ledger
import Rights

@testable import Connectors

/// A store in a folder of its own, and a key for what is put there.
struct CopyFolder {
    let store: FolderStore
    private let path: String
    private let key = SymmetricKey(size: .bits256)

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "habeas-copy-\(UUID())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        store = FolderStore(path)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    func desk(slice: Duration = .seconds(30)) -> CopyDesk {
        CopyDesk(store: store, key: key, folder: "case/part", slice: slice)
    }

    /// A piece's header and what follows it.
    func read(_ piece: CopiedPiece) async throws -> (header: CopyHeader, text: String) {
        let object = try await store.local(piece.object)
        let reader = try SealedFileReader(object.path, key: key, name: piece.object)
        var bytes: [UInt8] = []
        while let frame = try reader.next() { bytes += frame }
        let end = bytes.firstIndex(of: 0x0A) ?? bytes.endIndex
        return (try CopyHeader(reading: Array(bytes[..<end])), String(decoding: bytes[(end + 1)...], as: UTF8.self))
    }

    /// The rows of all pieces of a dataset, in their order.
    func rows(_ dataset: String, _ pieces: [CopiedPiece]) async throws -> [String] {
        var lines: [String] = []
        for piece in pieces.filter({ $0.dataset == dataset }).sorted(by: { $0.ordinal < $1.ordinal }) {
            lines += try await read(piece).text.split(separator: "\n").map(String.init)
        }
        return lines
    }
}
