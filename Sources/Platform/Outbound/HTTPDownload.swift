/// What came of a call whose body was passed on as it came.
public struct HTTPDownload: Sendable {
    /// Is given the reply without its body, and the body's next bytes, which are valid for the call only. It runs on the
    /// client's thread, where every other call waits for it meanwhile: it takes the bytes and returns.
    public typealias Sink = @Sendable (_ head: HTTPReply, _ block: UnsafeRawBufferPointer) throws -> Void

    /// Of any status, without its body.
    public let reply: HTTPReply
    /// Bytes that the sink was given: none where the status is another than 2xx.
    public let bytes: Int

    /// Bytes that the reply had announced; nil where it had not.
    public var promised: Int? { Self.length(promisedBy: reply) }

    static func length(promisedBy head: HTTPReply) -> Int? {
        // Of a body in chunks, and of one that is sent in another form than its own, it says nothing.
        guard head.header("transfer-encoding") == nil else { return nil }
        return head.header("content-length").flatMap { Int($0) }
    }
}
