import TestKit

/// A caller that shows every byte: it sends text to a local port and tells what came back until the peer closed.
enum RawCaller {
    static func send(_ text: String, to port: Int) async throws -> String {
        String(decoding: try await LoopbackSocket.exchange(text, port: port), as: UTF8.self)
    }

    /// A webhook without a secret.
    static func post(to name: String) -> String {
        """
        POST /hooks/\(name) HTTP/1.1\r\nHost: sandbox\r\nwebhook-id: evt_1\r\nwebhook-timestamp: 1\r\n\
        webhook-signature: v1,none\r\nContent-Length: 2\r\n\r\n{}
        """
    }
}
