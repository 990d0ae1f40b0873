import FoundationEssentials

/// A template's text as it is read from a file.
enum TemplateText {
    /// Reads a file of a megabyte at most, with line ends of either kind.
    static func read(_ file: String) throws(PolicyFault) -> String {
        guard let data = FileManager.default.contents(atPath: file), data.count <= 1 << 20,
            let text = String(validating: data, as: UTF8.self)
        else {
            throw PolicyFault(
                place: file,
                fault: "cannot be read as UTF-8 of a megabyte at most",
                remedy: "add it, or look at its mode"
            )
        }
        let unix = text.split(separator: "\r\n", omittingEmptySubsequences: false).joined(separator: "\n")
        let lines = unix.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() where !isPlain(String(line)) {
            throw PolicyFault(
                place: "\(file) line \(number + 1)",
                fault: "holds a tab, a control character or an invisible one",
                remedy: "remove it"
            )
        }
        return unix
    }

    /// One line without anything that is not seen.
    static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate, .privateUse: false
            default: true
            }
        }
    }
}
