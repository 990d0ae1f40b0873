import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// An answer before it is known how it is brought.
struct Reply: Sendable {
    var status: Int
    var headers: HTTPFields = [:]
    var body: [UInt8] = []

    init(_ status: Int, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    init(_ status: Int, json: some Encodable) throws {
        self.init(status, headers: [.contentType: "application/json"], body: try Reply.encode(json))
    }

    /// Reads JSON whose keys are written so, whatever else it holds.
    static func decode<Value: Decodable>(_: Value.Type, _ body: [UInt8]) -> Value? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try? decoder.decode(Value.self, from: Data(body))
    }

    /// An error with a sentence that says what is wrong.
    init(_ status: Int, saying sentence: String) throws {
        try self.init(status, json: ["error": sentence])
    }

    var isSuccess: Bool { (200..<300).contains(status) }

    /// 204 and 304 have no body.
    var mayHaveBody: Bool { status != 204 && status != 304 }

    var response: Response {
        guard !body.isEmpty, mayHaveBody else {
            var response = Response(status: .init(code: status), headers: headers)
            if !mayHaveBody { response.headers[.contentLength] = nil }
            return response
        }
        return Response(
            status: .init(code: status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }

    /// JSON with the words of its keys joined by underscores.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}
