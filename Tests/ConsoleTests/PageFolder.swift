import Foundation

/// Keeps the pages that a test has seen, for people who want to look at them: in the folder that `HABEAS_CONSOLE_PAGES` names.
enum PageFolder {
    static func keep(_ text: String, of path: String) throws {
        guard let folder = ProcessInfo.processInfo.environment["HABEAS_CONSOLE_PAGES"] else { return }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let name =
            path == "/"
            ? "overview" : String(path.dropFirst().map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" })
        let file = name.hasSuffix(".css") ? name : "\(name).html"
        // Opened from the folder, the stylesheet lies beside the page.
        let local = text.replacing("href=\"/console.css\"", with: "href=\"console.css\"")
        try Data(local.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
    }
}
