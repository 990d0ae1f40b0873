import Glibc
import Synchronization
import TestKit
import Testing

@testable import Outbound

final class HTTPDownloadTests {
    private let server: LoopbackListener
    private let client: HTTPClient

    /// What a sink was given.
    private final class Basket: Sendable {
        let bytes = Mutex<[UInt8]>([])
        let blocks = Mutex(0)
        let heads = Mutex<[HTTPReply]>([])

        var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
        var isEmpty: Bool { blocks.withLock { $0 } == 0 }

        func take(_ head: HTTPReply, _ block: UnsafeRawBufferPointer) {
            bytes.withLock { $0 += block }
            blocks.withLock { $0 += 1 }
            heads.withLock { $0.append(head) }
        }
    }

    private struct Full: Error {}

    init() throws {
        server = try LoopbackListener { Self.serve($0) }
        client = try HTTPClient()
    }

    deinit { server.stop() }

    private static let alphabet = "abcdefghijklmnopqrstuvw"

    private static func serve(_ connection: Int32) {
        func send(_ text: String) { LoopbackListener.send(text, to: connection) }
        while let first = LoopbackListener.line(from: connection) {
            while let line = LoopbackListener.line(from: connection), line != "\r\n" {}
            let target = first.split(separator: " ")[1].split(separator: "?").map(String.init)
            let count = target.count > 1 ? Int(target[1]) ?? 0 : 0
            switch target[0] {
            case "/file":
                send("HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: \(count)\r\n\r\n")
                send(String(String(repeating: alphabet, count: count / alphabet.count + 1).prefix(count)))
            case "/chunks":
                send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
            case "/chunks-cut":
                send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
                return
            case "/until-close":
                send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")
                return
            case "/cut":
                send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + String(repeating: "x", count: count))
                return
            case "/early": send("HTTP/1.1 103 Early\r\nX-A: 1\r\n\r\nHTTP/1.1 206 Part\r\nContent-Length: 2\r\n\r\nok")
            case "/status": send("HTTP/1.1 \(count) Any\r\nRetry-After: 7\r\nContent-Length: 6\r\n\r\nsecret")
            case "/status-long":
                send("HTTP/1.1 \(count) Any\r\nContent-Length: 300000\r\n\r\n" + String(repeating: "s", count: 300_000))
            case "/stall":
                send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhello")
                LoopbackListener.waitForEnd(of: connection)
            default: LoopbackListener.waitForEnd(of: connection)
            }
        }
    }

    private func call(_ path: String, timeout: Duration = .seconds(30), limit: Int = 1 << 20) -> HTTPCall {
        HTTPCall(
            "GET",
            "http://127.0.0.1:\(server.port)\(path)",
            allowing: [.plain, .internalAddress],
            timeout: timeout,
            bodyLimit: limit
        )
    }

    private func code(_ call: HTTPCall, into basket: Basket = Basket()) async -> OutboundError.Code? {
        await #expect(throws: OutboundError.self) { try await client.download(call) { basket.take($0, $1) } }?.code
    }

    @Test("A file comes block by block, whole and in order, and is not in the reply")
    func file() async throws {
        let count = 5_000_000
        let basket = Basket()
        let download = try await client.download(call("/file?\(count)", limit: count)) { basket.take($0, $1) }
        #expect(download.bytes == count && download.promised == count)
        #expect(download.reply.status == 200 && download.reply.body.isEmpty)
        #expect(basket.blocks.withLock { $0 } > 10)
        let isRight = basket.bytes.withLock { bytes in
            bytes.count == count && bytes.indices.allSatisfy { bytes[$0] == UInt8(ascii: "a") + UInt8($0 % 23) }
        }
        #expect(isRight)
        #expect(basket.heads.withLock { $0.allSatisfy { $0.header("content-type") == "text/csv" && $0.body.isEmpty } })
    }

    @Test(
        "What was announced is said where something was",
        arguments: ["/chunks", "/until-close", "/early", "/file?0"]
    )
    func promised(path: String) async throws {
        let basket = Basket()
        let download = try await client.download(call(path)) { basket.take($0, $1) }
        let texts = ["/chunks": "hello world", "/until-close": "hello", "/early": "ok", "/file?0": ""]
        #expect(basket.text == texts[path])
        #expect(download.bytes == basket.text.utf8.count)
        #expect(download.promised == ["/early": 2, "/file?0": 0][path])
        #expect(download.reply.header("x-a") == nil)
    }

    @Test(
        "A body that ends before its end is an error, not a short file",
        arguments: ["/cut?0", "/cut?5", "/chunks-cut"]
    )
    func incomplete(path: String) async throws {
        let basket = Basket()
        let error = await #expect(throws: OutboundError.self) {
            try await client.download(call(path)) { basket.take($0, $1) }
        }
        #expect(error?.code == .incomplete && error?.isRetryable == true)
        #expect(basket.isEmpty == (path == "/cut?0"))
    }

    @Test("Nothing but a success reaches the sink", arguments: [302, 404, 410, 429, 503])
    func refusals(status: Int) async throws {
        let basket = Basket()
        for path in ["/status?\(status)", "/status-long?\(status)"] {
            let download = try await client.download(call(path)) { basket.take($0, $1) }
            #expect(download.reply.status == status && download.reply.body.isEmpty && download.bytes == 0)
        }
        #expect(try await client.download(call("/status?429")) { basket.take($0, $1) }.reply.retryAfter != nil)
        #expect(basket.isEmpty)
    }

    @Test("A byte more than the limit fails the call, before the first one where it is announced")
    func limits() async throws {
        let basket = Basket()
        #expect(try await client.download(call("/file?70000", limit: 70_000)) { basket.take($0, $1) }.bytes == 70_000)
        let none = Basket()
        #expect(await code(call("/file?70001", limit: 70_000), into: none) == .tooLarge)
        #expect(none.isEmpty)
        #expect(await code(call("/chunks", limit: 10), into: none) == .tooLarge)
        #expect(none.text.utf8.count <= 10)
    }

    @Test("Silence costs the stall limit, at the beginning and in the middle, and never more than the whole time")
    func time() async throws {
        for path in ["/silent", "/stall"] {
            let start = ContinuousClock.now
            var stalled = call(path, timeout: .seconds(120))
            stalled.stallLimit = .seconds(1)
            #expect(await code(stalled) == .timeout)
            #expect(await code(call(path, timeout: .milliseconds(200))) == .timeout)
            #expect(ContinuousClock.now - start < .seconds(30))
        }
    }

    @Test("What the sink throws ends the call and is thrown on; the client goes on")
    func sink() async throws {
        let blocks = Mutex(0)
        await #expect(throws: Full.self) {
            try await client.download(call("/file?1000000")) { _, _ in
                blocks.withLock { $0 += 1 }
                throw Full()
            }
        }
        #expect(blocks.withLock { $0 } == 1)
        let basket = Basket()
        #expect(try await client.download(call("/chunks")) { basket.take($0, $1) }.bytes == 11)
    }

    @Test("The guard looks at downloads, too; nothing is sent in the clear without leave")
    func guarded() async throws {
        var inside = call("/file?5")
        inside.allowing = .plain
        let error = await #expect(throws: OutboundError.self) { try await client.download(inside) { _, _ in } }
        #expect(error?.code == .address && error?.refusal?.range == .loopback)
        inside.allowing = .internalAddress
        #expect(await code(inside) == .plain)
        #expect(server.accepted == 0)
    }

    @Test("A download whose task is cancelled ends at once, and its sink is not called again")
    func cancellation() async throws {
        let basket = Basket()
        let (began, beginning) = AsyncStream<Void>.makeStream()
        let stalled = call("/stall")
        let task = Task { [client] in
            try await client.download(stalled) {
                basket.take($0, $1)
                beginning.yield()
            }
        }
        for await _ in began { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(basket.text == "hello")
    }
}
