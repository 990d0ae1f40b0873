import HTTPTypes
import HummingbirdCore
import NIOCore

/// An answer before it is brought.
struct Answer: Sendable {
    /// Its body piece by piece, each read when the one before has left: nothing else of it is in memory.
    struct Pieces: Sendable {
        let length: Int
        /// The piece that begins at an offset; never an empty one before the end.
        let read: @Sendable (_ offset: Int) async throws -> [UInt8]
    }

    enum Content: Sendable {
        case bytes([UInt8])
        case pieces(Pieces)
    }

    var status: Int
    var headers: HTTPFields
    var content: Content

    init(_ status: Int, _ bytes: [UInt8], type: String = "application/json") {
        self.status = status
        headers = [.contentType: type]
        content = .bytes(bytes)
    }

    init(_ status: Int, _ pieces: Pieces, headers: HTTPFields) {
        self.status = status
        self.headers = headers
        content = .pieces(pieces)
    }

    var response: Response {
        let body =
            switch content {
            case .bytes(let bytes): ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
            case .pieces(let pieces):
                ResponseBody(contentLength: pieces.length) { writer in
                    var offset = 0
                    while offset < pieces.length {
                        let piece = try await pieces.read(offset)
                        guard !piece.isEmpty else { throw Cut() }
                        try await writer.write(ByteBuffer(bytes: piece))
                        offset += piece.count
                    }
                    try await writer.finish(nil)
                }
            }
        return Response(status: .init(code: status), headers: headers, body: body)
    }

    /// There is less of it than was said: the connection ends, so that the caller sees it, too.
    struct Cut: Error {}
}
