import Rights

/// Where a secret is to be found: `file:/absolute/path` of a file with one line, or `env:NAME`.
package enum SecretReference: Sendable, Hashable, CustomStringConvertible {
    case file(String)
    case environment(String)

    /// Nil for everything else, a secret itself above all.
    package init?(_ text: String) {
        if text.hasPrefix("file:/"), text.utf8.count <= 1_024, CanonicalText.isOneLine(text) {
            self = .file(String(text.dropFirst(5)))
        } else if let name = text.wholeMatch(of: /env:([A-Za-z_][A-Za-z0-9_]{0,127})/)?.output.1 {
            self = .environment(String(name))
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .file(let path): "file:\(path)"
        case .environment(let name): "env:\(name)"
        }
    }
}
