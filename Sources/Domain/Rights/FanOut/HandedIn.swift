package import FoundationEssentials

/// Files that a person has handed in for a copy: they lie in the store, and are all that a bundle has of the system.
package struct HandedIn: Sendable, Hashable {
    /// What they are a part of in a bundle.
    package static let dataset = "files"
    /// As many in one answer at most.
    package static let limit = 20

    /// The answer's id. It becomes the key of the part: what was collected under another one is not in the bundle.
    package let key: UUID
    package let pieces: [CopiedPiece]

    package init(key: UUID, pieces: [CopiedPiece]) {
        self.key = key
        self.pieces = pieces
    }
}
