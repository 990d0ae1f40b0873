import Foundation
import Glibc
import Synchronization
import TestKit

@testable import Outbound

/// A server that answers with what it was given, one reply a request, the last one again and again; for what a real store does
/// only when it is unwell.
final class ScriptedStore: Sendable {
    let settings: S3Client.Configuration
    /// The first lines of what it was asked.
    var requests: [String] { seen.requests.withLock { $0 } }
    private let listener: LoopbackListener
    private let seen: Seen

    private final class Seen: Sendable {
        let requests = Mutex<[String]>([])
    }

    /// - Parameter replies: status, headers (each with its line end) and body.
    init(_ replies: [(status: Int, headers: String, body: String)]) throws {
        let seen = Seen()
        self.seen = seen
        listener = try LoopbackListener { connection in
            while let line = LoopbackListener.line(from: connection) {
                var length = 0
                while let header = LoopbackListener.line(from: connection), header != "\r\n" {
                    if header.lowercased().hasPrefix("content-length:") {
                        length = Int(header.dropFirst(15).trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
                    }
                }
                var byte: UInt8 = 0
                while length > 0, recv(connection, &byte, 1, 0) == 1 { length -= 1 }
                let index = seen.requests.withLock {
                    $0.append(line.trimmingCharacters(in: .newlines))
                    return $0.count - 1
                }
                let reply = replies[min(index, replies.count - 1)]
                let hasLength = reply.headers.lowercased().contains("content-length:")
                LoopbackListener.send(
                    "HTTP/1.1 \(reply.status) Any\r\n\(reply.headers)"
                        + (hasLength ? "" : "Content-Length: \(reply.body.utf8.count)\r\n") + "\r\n\(reply.body)",
                    to: connection
                )
            }
        }
        let url = "http://127.0.0.1:\(listener.port)"
        guard let endpoint = S3Endpoint(url, bucket: "bucket", addressing: .path) else { throw S3Error(.reply) }
        var settings = S3Client.Configuration(
            endpoint: endpoint,
            region: "us-east-1",
            credentials: .init(keyID: "id", secret: "canary")
        )
        settings.allowing = [.plain, .internalAddress]
        settings.pause = .milliseconds(1)
        settings.longestPause = .milliseconds(2)
        self.settings = settings
    }

    func stop() {
        listener.stop()
    }
}
