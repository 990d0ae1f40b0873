import Fleet
import Foundation
import Rights
import Testing

/// The letters that are committed in `deploy`, read once for all tests.
enum CommittedLetters {
    static let folder = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/deploy"
    static let locales = ["en", "de", "fr", "es"]
    static let profiles = ["kustomer", "customer360", "kayako"]

    static func book() throws -> LetterBook { try loaded.get() }

    private static let loaded = Result { try LetterBook(folder: folder) }

    static func profile(_ name: String) throws -> Profile {
        let file = "\(folder)/profiles/\(name).yaml"
        return try ProfileFile.profile(String(contentsOfFile: file, encoding: .utf8), path: file)
    }

    /// The words as they are sent for a profile.
    static func words(_ kind: LetterKind, least: Bool = false, profile name: String) throws -> LetterWords {
        let profile = try profile(name)
        var words = least ? LetterWords.least(for: kind) : LetterWords.full(for: kind)
        words.processor = profile.sender
        words.disputeBody = profile.disputeBody
        return words
    }

    static func letter(
        _ kind: LetterKind,
        _ locale: String = "en",
        profile: String = "kustomer",
        least: Bool = false,
        _ change: (inout LetterWords) -> Void = { _ in }
    ) throws -> Letter {
        var words = least ? LetterWords.least(for: kind) : LetterWords.full(for: kind)
        change(&words)
        return try book().letter(kind, profile: profile, locale: locale, words: words)
    }

    /// The text in one line, so that words are found wherever a line ends.
    static func flat(_ letter: Letter) -> String {
        letter.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

/// A copy of the committed folder that a test may spoil.
struct LetterFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("letters-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for name in ["templates", "authorities.yaml"] {
            try FileManager.default.copyItem(atPath: "\(CommittedLetters.folder)/\(name)", toPath: "\(path)/\(name)")
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        let file = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

    /// What loading the folder says is wrong.
    func fault() -> String? {
        do {
            _ = try LetterBook(folder: path)
            return nil
        } catch {
            return error.description
        }
    }
}
