import Glibc

/// What a command prints for its caller.
enum StandardOutput {
    static func write(_ line: String) {
        FileStream.write(line + "\n", to: STDOUT_FILENO)
    }

    static func write(_ value: JSONValue) { write(value.text) }

    static func write(_ table: TextTable) {
        for line in table.lines(width: width) { write(line) }
    }

    /// Clears the screen for the next picture; nothing where the output is no terminal.
    static func clear() {
        guard isTerminal else { return }
        FileStream.write("\u{1B}[H\u{1B}[2J", to: STDOUT_FILENO)
    }

    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns of the terminal; nil where lines may be of any length.
    static var width: Int? {
        guard isTerminal else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return nil }
        return Int(size.ws_col)
    }
}

/// What a command says about itself.
enum StandardError {
    static func write(_ line: String) {
        FileStream.write(line + "\n", to: STDERR_FILENO)
    }
}

private enum FileStream {
    /// Writes at once: what a program reads from a pipe must not wait for a buffer to fill. A reader that has gone ends
    /// the command by SIGPIPE.
    static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}
