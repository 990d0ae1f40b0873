package import Crypto
package import Fleet
import FoundationEssentials
import Ledger
import Rights

/// Where a connector puts what it collects: encrypted pieces in the store, under the key of one export.
///
/// A piece is there when it is finished and not before. One that its connector does not report, because it died or was
/// overtaken, is nobody's, and goes with the export's folder.
package struct CopyDesk: Sendable {
    let store: any ObjectStore
    private let key: SymmetricKey
    /// Of the export and the system: what begins all its names.
    private let folder: String
    /// How long a slice of the work may take.
    let slice: Duration

    package init(store: any ObjectStore, key: SymmetricKey, folder: String, slice: Duration) {
        self.store = store
        self.key = key
        self.folder = folder
        self.slice = slice
    }

    /// Begins a piece of rows.
    ///
    /// - Parameter columns: as far as they are known before; empty where each row says its own.
    func rows(_ dataset: String, ordinal: Int, columns: [String]) throws -> CopyPiece {
        try CopyPiece(dataset, ordinal: ordinal, header: CopyHeader(columns: columns), self, key)
    }

    /// Begins a piece that is a file.
    func file(_ dataset: String, ordinal: Int, name: String?, mediaType: String?) throws -> CopyPiece {
        try CopyPiece(dataset, ordinal: ordinal, header: CopyHeader(name: name, mediaType: mediaType), self, key)
    }

    /// Takes back what a slice has put into the store before it failed: nobody will hear of it, and on a store that is full each attempt would
    /// add to it.
    func takeBack(_ pieces: [CopiedPiece]) async { await store.discard(pieces) }

    func object() -> String { "\(folder)/\(UUID().lowercaseText)" }

    // MARK: Where it goes on

    /// Where a slice ended may say who was found: it is sealed.
    func sealed(_ place: some Encodable) -> String {
        do {
            let box = try AES.GCM.seal(try JSONEncoder().encode(place), using: placeKey)
            return (box.combined ?? Data()).base64EncodedString()
        } catch {
            preconditionFailure("numbers and texts cannot be encoded or sealed")
        }
    }

    /// - Throws: where it does not open: begun anew, rows would come twice.
    func opened<Place: Decodable>(_ text: String, as type: Place.Type) throws -> Place {
        let box = try AES.GCM.SealedBox(combined: Data(base64Encoded: text) ?? Data())
        return try JSONDecoder().decode(type, from: try AES.GCM.open(box, using: placeKey))
    }

    private var placeKey: SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key,
            info: Data("place \(folder)".utf8),
            outputByteCount: 32
        )
    }
}
