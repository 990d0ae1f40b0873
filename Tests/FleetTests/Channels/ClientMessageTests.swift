import Foundation
import Ledger
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("A message for a client")
struct ClientMessageTests {
    private static let id = UUID(uuidString: "0198C1DE-7A10-7C3E-9B7A-000000000002")!
    private static let request = UUID(uuidString: "0198C1DE-7A10-7C3E-9B7A-3F5D2C1B0A91")!
    private static let time = Date(timeIntervalSince1970: 1_790_000_000)
    private static let personal = #"{ "identities": [{"type":"email","value":"ann@example.com"}] }"#

    private func message(
        personal: String? = personal,
        request: UUID? = request,
        _ data: String = #"{"right":"erasure"}"#
    ) throws(ClientMessageError) -> ClientMessage {
        try ClientMessage(
            id: Self.id,
            type: .requestReferred,
            time: Self.time,
            client: "acme",
            request: request,
            data: Array(data.utf8),
            personal: personal.map { Array($0.utf8) }
        )
    }

    private static func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test("In full it is a CloudEvent with the person in its subject, the same bytes each time")
    func full() throws {
        let body = try message().body(.full)
        #expect(
            String(decoding: body, as: UTF8.self) == """
                {"specversion":"1.0","id":"0198c1de-7a10-7c3e-9b7a-000000000002","source":"/habeas",\
                "type":"io.habeas.request.referred.v1","time":"2026-09-21T14:13:20Z","datacontenttype":"application/json",\
                "data":{"request":"0198c1de-7a10-7c3e-9b7a-3f5d2c1b0a91","client":"acme","right":"erasure",\
                "subject":{ "identities": [{"type":"email","value":"ann@example.com"}] }}}
                """
        )
        #expect(try message().body(.full) == body)
    }

    @Test("Thin, it names a place and nobody")
    func thin() throws {
        let body = try message().body(.thin(base: "https://privacy.example/habeas"))
        let data = try #require(try Self.object(body)["data"] as? [String: Any])
        #expect(
            data["reference"] as? String
                == "https://privacy.example/habeas/v1/requests/0198c1de-7a10-7c3e-9b7a-3f5d2c1b0a91"
        )
        #expect(data.keys.sorted() == ["client", "reference", "request", "right"])
        #expect(!String(decoding: body, as: UTF8.self).contains("ann"))
    }

    @Test("Sealed, only the client's key opens the person")
    func sealed() throws {
        let receiver = SealedReceiver()
        let body = try message().body(.sealed(try ReceiverKey(jwk: receiver.publicJWK)))
        let data = try #require(try Self.object(body)["data"] as? [String: Any])
        #expect(data.keys.sorted() == ["client", "request", "right", "sealed"])
        #expect(!String(decoding: body, as: UTF8.self).contains("ann"))
        #expect(try receiver.open(try #require(data["sealed"] as? String)).text == Self.personal)
    }

    @Test("A message about nobody is the same in full and sealed, and thin has only its reference")
    func impersonal() throws {
        let message = try message(personal: nil, "{}")
        #expect(!message.isPersonal)
        let full = try message.body(.full)
        #expect(try message.body(.sealed(try ReceiverKey(jwk: SealedReceiver().publicJWK))) == full)
        #expect((try Self.object(full)["data"] as? [String: Any])?.keys.sorted() == ["client", "request"])
        let thin = try Self.object(try message.body(.thin(base: "https://p.example")))["data"] as? [String: Any]
        #expect(thin?.keys.sorted() == ["client", "reference", "request"])
    }

    @Test("A personal message that refers to nothing does not go out thin; one about nobody does")
    func nothingToReferTo() throws {
        #expect(throws: ClientMessageError.self) {
            try message(request: nil).body(.thin(base: "https://p.example"))
        }
        let body = try message(personal: nil, request: nil).body(.thin(base: "https://p.example"))
        #expect((try Self.object(body)["data"] as? [String: Any])?.keys.sorted() == ["client", "right"])
    }

    @Test(
        "Data that is no object, or writes what the message writes, is refused",
        arguments: [
            ("", "data"), ("[]", "data"), ("1", "data"), ("{", "data"), (#"{"a":1,"a":2}"#, "data"),
            (#"{"subject":1}"#, "member"), (#"{"sealed":1}"#, "member"), (#"{"reference":1}"#, "member"),
            (#"{"client":1}"#, "member"), (#"{"request":1}"#, "member"), (#"{"\u0073ubject":1}"#, "member"),
        ]
    )
    func badData(data: String, code: String) throws {
        let error = try #require(throws: ClientMessageError.self) { try message(data) }
        #expect(error.code.rawValue == code)
    }

    @Test("A personal part that is no object is refused", arguments: ["", "null", "[]", #""x""#, "{}}"])
    func badPersonal(text: String) throws {
        let error = try #require(throws: ClientMessageError.self) { try message(personal: text) }
        #expect(error.code == .personal)
    }

    @Test("The closure's members and the text's make the same message")
    func closure() throws {
        let other = try ClientMessage(
            id: Self.id,
            type: .requestReferred,
            time: Self.time,
            client: "acme",
            request: Self.request,
            personal: Array(Self.personal.utf8)
        ) { $0.member("right", "erasure") }
        #expect(try other.body(.full) == message().body(.full))
    }

    @Test("It is printed by nobody")
    func redaction() throws {
        var dumped = ""
        dump(try message(), to: &dumped)
        for text in [dumped, "\(try message())", String(reflecting: try message())] { #expect(!text.contains("ann")) }
    }

    @Test("The sample is as its schema says in every form")
    func sample() throws {
        let channel = ClientChannel(.webhook, name: "hook")
        let sample = try ClientMessage.sample(id: Self.id, for: "acme", over: channel, at: Self.time)
        let event = try Self.object(try sample.body(.full))
        #expect(event["type"] as? String == OutcomeType.channelTest.name)
        let data = try #require(event["data"] as? [String: Any])
        #expect(data.keys.sorted() == ["channel", "client", "sample", "subject"])
        let thin = try Self.object(try sample.body(.thin(base: "https://p.example")))["data"] as? [String: Any]
        #expect(thin?.keys.sorted() == ["channel", "client", "reference", "sample"])
    }
}
