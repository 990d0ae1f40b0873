import Rights

/// The identities that a list adds, as publishers have sealed them for the fleet: compact JWEs, in the order of their phases. Kept
/// sealed once more, under a key of the client's own case.
package struct SealedPeopleWords: Sendable {
    package let texts: [String]

    package init(_ texts: [String]) { self.texts = texts }

    package var stored: [UInt8] {
        var writer = JSONWriter(capacity: 64 + texts.map(\.utf8.count).reduce(0, +))
        writer.object { $0.member("sealed", texts) }
        return writer.bytes
    }

    /// Reads what ``stored`` wrote.
    ///
    /// - Throws: ``JSONFault`` for what is no such object.
    package init(stored bytes: [UInt8]) throws {
        let (document, fault) = JSONScanner.scan(bytes, maximumDepth: 2)
        if let fault { throw fault }
        texts = document.member(0, "sealed").map { document.items($0).map { document.string($0) } } ?? []
    }
}
