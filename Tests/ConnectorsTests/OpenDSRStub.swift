import Foundation
import Glibc
import Synchronization
import TestKit

/// A processor whose answers a test writes out, word by word.
final class OpenDSRStub: Sendable {
    struct Heard: Sendable {
        let method: String
        /// Below the base URL.
        let path: String
        /// In lower case.
        let head: String
        let body: String
    }

    struct Answer: Sendable {
        var status: Int
        var body: String
        var headers: [String] = []

        init(_ status: Int, _ body: String = "{}", headers: [String] = []) {
            self.status = status
            self.body = body
            self.headers = headers
        }

        /// Signed, as far as it says.
        static func signed(_ body: String, _ signature: String, domain: String = OpenDSRPapers.domain) -> Answer {
            Answer(200, body, headers: ["X-OpenDSR-Processor-Domain: \(domain)", "X-OpenDSR-Signature: \(signature)"])
        }
    }

    private let listener: LoopbackListener
    private let calls: Calls

    /// Of the base URL, without its version.
    var origin: String { "http://127.0.0.1:\(listener.port)" }
    var heard: [Heard] { calls.all.withLock { $0 } }

    private final class Calls: Sendable {
        let all = Mutex<[Heard]>([])
    }

    /// - Parameter answer: to a call, below `/v1` or `/v2`, and how many came before it. Discovery has an answer of its own unless this one
    ///   gives it one.
    init(
        certificate: String? = nil,
        _ answer: @escaping @Sendable (Heard, Int) -> Answer?
    ) throws {
        let calls = Calls()
        self.calls = calls
        listener = try LoopbackListener { connection in
            var pending: [UInt8] = []
            while let heard = Self.read(connection, &pending) {
                let before = calls.all.withLock { all in
                    all.append(heard)
                    return all.count - 1
                }
                let given = answer(heard, before) ?? Self.standard(heard, certificate)
                let lines = given.headers + ["Content-Length: \(given.body.utf8.count)"]
                LoopbackListener.send(
                    "HTTP/1.1 \(given.status) Any\r\n\(lines.joined(separator: "\r\n"))\r\n\r\n\(given.body)",
                    to: connection
                )
            }
        }
    }

    func stop() { listener.stop() }

    private static func standard(_ heard: Heard, _ certificate: String?) -> Answer {
        switch heard.path {
        case "discovery":
            let host = heard.head.split(separator: "\r\n").first { $0.hasPrefix("host: ") }?.dropFirst(6) ?? ""
            return Answer(
                200,
                """
                {"api_version":"2.0","supported_identities":[{"identity_type":"email","identity_format":"sha256"}],
                 "supported_subject_request_types":["erasure"],
                 "processor_certificate":\(certificate == nil ? "null" : "\"http://\(host)/v2/certificate\"")}
                """
            )
        case "certificate": return Answer(200, certificate ?? "")
        default: return Answer(404)
        }
    }

    private static func read(_ connection: Int32, _ pending: inout [UInt8]) -> Heard? {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let text = String(decoding: pending, as: UTF8.self)
            if let end = text.firstRange(of: "\r\n\r\n") {
                let head = text[..<end.upperBound].lowercased()
                let length =
                    head.split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }
                    .flatMap { Int($0.dropFirst(16)) } ?? 0
                let size = head.utf8.count + length
                if pending.count >= size {
                    let words = text.split(separator: " ", maxSplits: 2).map(String.init)
                    let body = String(decoding: pending[head.utf8.count..<size], as: UTF8.self)
                    pending.removeFirst(size)
                    let path = words[1].split(separator: "/").dropFirst().joined(separator: "/")
                    return Heard(method: words[0], path: path, head: head, body: body)
                }
            }
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            pending += chunk[..<count]
        }
    }
}
