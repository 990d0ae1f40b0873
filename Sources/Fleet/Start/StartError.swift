/// Why a worker does not start: one line, and the exit code that says what kind of trouble it is.
package struct StartError: Error, Sendable, Equatable, CustomStringConvertible {
    /// After sysexits(3).
    package enum Code: Int32, Sendable {
        case usage = 64
        case unavailable = 69
        case configuration = 78
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// A word of the command line as an error may repeat it: it might be a password in the wrong place.
    static func printable(_ word: String) -> String {
        word.utf8.count <= 40
            && word.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: ":") })
            ? word : "an argument"
    }
}
