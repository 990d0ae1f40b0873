import Foundation
import TestKit

/// A web server of OpenSSL's on a free loopback port, with a certificate of ``TestAuthority``.
final class TLSServer: Sendable {
    let port: Int
    private let child: ChildProcess
    private let input = Pipe()

    /// - Parameter options: further ones of `openssl s_server`.
    init(_ options: String...) throws {
        let authority = try TestAuthority.shared.get()
        let output = Pipe()
        child = try ChildProcess(
            "/usr/bin/openssl",
            [
                "s_server", "-accept", "127.0.0.1:0", "-cert", authority.certificateFile, "-key", authority.keyFile,
                "-www",
            ] + options,
            input: input.fileHandleForReading.fileDescriptor,
            output: output.fileHandleForWriting.fileDescriptor
        )
        try output.fileHandleForWriting.close()
        // It says `ACCEPT 127.0.0.1:port` when it listens.
        var text = ""
        while !text.contains("ACCEPT") || !text.hasSuffix("\n") {
            guard let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty else { break }
            text += String(decoding: byte, as: UTF8.self)
        }
        let digits = text.split(separator: ":").last.map { $0.filter(\.isNumber) } ?? ""
        guard let port = Int(digits) else {
            child.end()
            throw Python.Failure(output: text)
        }
        self.port = port
    }

    func stop() {
        child.end()
    }
}
