import FoundationEssentials

/// The first line of a piece: what is in it. It lies encrypted with the rest, since names may be about people.
package struct CopyHeader: Codable, Sendable, Hashable {
    /// In their order; empty where each row says its own.
    package var columns: [String] = []
    /// What a file was called where it comes from.
    package var name: String?
    package var mediaType: String?

    package init(columns: [String]) { self.columns = columns }

    package init(name: String?, mediaType: String?) {
        self.name = name
        self.mediaType = mediaType
    }

    /// - Parameter line: without its end.
    package init(reading line: [UInt8]) throws {
        self = try JSONDecoder().decode(CopyHeader.self, from: Data(line))
    }

    func line() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
}
