import Foundation

/// A folder that ends with its test.
struct ConsoleFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "console-" + UUID().uuidString.lowercased()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
