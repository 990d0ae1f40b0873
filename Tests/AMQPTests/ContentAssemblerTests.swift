import Testing

@testable import AMQP

@Suite("The content assembler")
struct ContentAssemblerTests {
    private func assembler(maximum: Int = 10) -> ContentAssembler {
        ContentAssembler(maximumBody: maximum, makeDigest: { FNV1a() })
    }

    private func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = FNV1a()
        bytes.withUnsafeBytes { digest.update($0) }
        return digest.finish()
    }

    private func feed(
        _ assembler: inout ContentAssembler,
        announced: UInt64,
        _ pieces: [[UInt8]]
    ) throws -> ContentAssembler.Content? {
        try assembler.begin(ContentAssembler.Envelope(deliveryTag: 1))
        var content = try assembler.header(size: announced, Properties())
        for piece in pieces { content = try piece.withUnsafeBytes { try assembler.body($0) } }
        return content
    }

    @Test("joins the pieces of a body", arguments: [[[1, 2, 3, 4]], [[1], [2, 3], [4]], [[1, 2], [], [3, 4]]])
    func pieces(pieces: [[UInt8]]) throws {
        var assembler = assembler()
        let content = try #require(try feed(&assembler, announced: 4, pieces))
        #expect(content.body == [1, 2, 3, 4])
        #expect(content.truncatedDigest == nil)
    }

    @Test("takes a message without a body")
    func empty() throws {
        var assembler = assembler()
        #expect(try feed(&assembler, announced: 0, [])?.body == [])
    }

    @Test("keeps the head of a long body, and counts and digests all of it")
    func long() throws {
        var assembler = assembler()
        let whole = (0..<25).map { UInt8($0) }
        let content = try #require(
            try feed(&assembler, announced: 25, [Array(whole[..<7]), Array(whole[7..<14]), Array(whole[14...])])
        )
        #expect(content.body == Array(whole[..<10]))
        #expect(content.announcedSize == 25)
        #expect(content.truncatedDigest == digest(whole))
        #expect(try feed(&assembler, announced: 2, [[8, 9]])?.body == [8, 9])
    }

    @Test("does not trust an announced size with memory")
    func hostile() throws {
        var assembler = assembler()
        #expect(try feed(&assembler, announced: UInt64(Int.max), [[1, 2, 3]]) == nil)
        #expect(throws: AMQPError(.protocolViolation)) {
            var other = self.assembler()
            _ = try feed(&other, announced: .max, [])
        }
    }

    @Test("refuses frames out of order")
    func disorder() throws {
        var assembler = assembler()
        #expect(throws: AMQPError(.protocolViolation)) { try assembler.header(size: 1, Properties()) }
        #expect(throws: AMQPError(.protocolViolation)) { try feed(&assembler, announced: 1, [[1, 2]]) }
    }
}
