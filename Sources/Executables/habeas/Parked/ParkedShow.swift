import ArgumentParser
import Crypto
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas parked show`
struct ParkedShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one parked message and why it was parked.",
        discussion: """
            --reveal decrypts the message itself; who did it, and why, is recorded first.

            Example:
              habeas parked show 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --reveal --why "find the field the publisher means"
            """
    )

    @Argument(help: "Id of the parked message.", transform: UUID.init(argument:))
    var id: UUID

    @OptionGroup var reveal: RevealOptions
    @OptionGroup var common: CommonOptions

    private struct Content {
        let body: [UInt8]?
        let properties: [UInt8]?
    }

    func run() async throws {
        let configuration = try common.configuration()
        let ring = try reveal.keyRing(configuration)
        try await DatabaseSession.run(configuration) { connection in
            let content = try await ring.mapAsync { try await read(ring: $0, on: connection) }
            let message = try await ParkedMessage.load(id, on: connection)
            guard common.json else {
                StandardOutput.write(message.sheet)
                if let content { print(content) }
                return
            }
            var members = message.json
            if let content {
                members.append(("properties", ParkedShow.json(content.properties)))
                members.append(("body", ParkedShow.json(content.body)))
            }
            StandardOutput.write(.object(members))
        }
    }

    /// Decrypts under the message's lock and commits the fact before anything is printed.
    private func read(ring: KeyRing, on connection: PostgresConnection) async throws -> Content {
        try await connection.transaction { connection in
            let rows = try await connection.query(
                """
                SELECT chain_id, evidence_seq, evidence_head, kek_id, wrapped_key, payload, properties
                  FROM habeas.parked_message WHERE id = \(id) FOR NO KEY UPDATE
                """
            )
            guard let row = rows.first else { throw ParkedMessage.unknown }
            let (chainID, sequence, head, kek, wrapped, payload, properties) = try row.decode(
                UUID.self,
                Int.self,
                [UInt8].self,
                String?.self,
                [UInt8]?.self,
                [UInt8]?.self,
                [UInt8]?.self
            )
            var content = Content(body: nil, properties: nil)
            if let kek, let wrapped {
                do {
                    let key = try CaseKey(unwrapping: CaseKey.Wrapped(kekID: kek, bytes: wrapped), for: id, with: ring)
                    content = Content(
                        body: try payload.map { try key.open($0, as: .payload) },
                        properties: try properties.map { try key.open($0, as: .properties) }
                    )
                } catch is CryptoKitError {
                    throw Failure(
                        "keys.file",
                        "does not open this message",
                        "use the key file of this installation",
                        status: .configuration
                    )
                }
            }
            let pen = try await EvidencePen(on: connection)
            var chain = EvidenceChain(.parked, id: chainID, sequence: sequence, head: head)
            _ = try await connection.pipeline(
                pen.append("read_by_person", to: &chain) { body in
                    body.member("what", ["payload", "properties"])
                    body.member("why", reveal.reason)
                }
            )
            return content
        }
    }

    private func print(_ content: Content) {
        for (name, bytes) in [("properties", content.properties), ("body", content.body)] {
            let text = bytes.map {
                String(validating: $0, as: UTF8.self) ?? "not UTF-8, base64: \(Data($0).base64EncodedString())"
            }
            StandardOutput.write("\n\(name)\n\(TextTable.printable(lines: text ?? "erased"))")
        }
    }

    /// JSON as it is, other text as a string, anything else in base64.
    private static func json(_ bytes: [UInt8]?) -> JSONValue {
        guard let bytes else { return .null }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return ["base64": .string(Data(bytes).base64EncodedString())]
        }
        let isOneLine = !text.contains(where: \.isNewline)
        return isOneLine && JSONScanner.scan(bytes, maximumDepth: 64).fault == nil ? .raw(text) : .string(text)
    }
}
