import Fleet
import Foundation
import Ledger
import Rights
import TestKit
import Testing

@testable import Erasure

@Suite("What a client is told of a suppression")
struct SuppressionMessageTests {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)

    /// What is told to a client with this key, if anything is.
    static func row(key: String?) throws -> OutboxRow? {
        let client = Client(
            id: "acme",
            names: [],
            place: .unknown,
            isSuspended: false,
            hasBAA: false,
            publicKey: key
        )
        let registry = Registry(
            version: 1,
            topologyDigest: nil,
            clients: [client],
            publishers: [],
            profiles: [],
            atlas: HolidayAtlas()
        )
        let event = """
            {"specversion":"1.0","id":"1","source":"/x","type":"io.habeas.request.submitted.v1","data":{"channel":"form",\
            "submitted_time":"2026-09-01T09:30:00Z","submitted_by":"subject","relationship":"end_user","client":"acme",\
            "right":"opt_out","opt_out_of":["marketing"],"regulation":"ccpa",\
            "subjects":[{"identities":[{"type":"email","value":"ann.canary@example.com"}]}]}}
            """
        let read = try EventParser.parse(Array(event.utf8), context: MessageContext(), now: now).get()
        guard case .requestSubmitted(let request) = read.payload else { return nil }
        let policy = Policy(profile: .standard(named: "kustomer"))
        let record = CaseFileRecord(
            id: UUID.version7(at: now),
            opening: CaseOpening(request, client: client, policy: policy, receivedAt: now, atlas: HolidayAtlas()),
            client: client,
            profile: policy.profile,
            publisherID: "desk",
            requestRef: nil,
            subjectIndex: 0,
            groupID: nil,
            reference: nil,
            receivedAt: now
        )
        let desk = CaseDesk(.erasure, at: now, machineNow: now, registry: registry)
        return try SuppressionMessage.row([.marketing], request, record, desk)
    }

    @Test(
        "C4, Y8: it has the published shape, goes to the client's own queue, and only the client can read whom it is about"
    )
    func published() throws {
        let receiver = SealedReceiver()
        let row = try #require(try Self.row(key: receiver.publicJWK))
        #expect(row.routingKey == "client.acme.\(OutcomeType.suppressionAdded.name)")
        #expect(!String(decoding: row.body, as: UTF8.self).contains("canary"))
        let event = try #require(try JSONSerialization.jsonObject(with: Data(row.body)) as? [String: Any])
        let data = try #require(event["data"] as? [String: Any])
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try Data(contentsOf: URL(filePath: "/\(root)/deploy/schemas/suppression.added.json"))
        let schema = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
        let members = (schema["properties"] as? [String: Any])?["data"] as? [String: Any]
        let properties = try #require(members?["properties"] as? [String: Any])
        #expect(Set(data.keys) == Set(properties.keys))
        #expect(Set(try #require(members?["required"] as? [String])).isSubset(of: data.keys))
        let sealed = try #require(data["sealed"] as? String)
        #expect(try receiver.open(sealed).text.contains("ann.canary@example.com"))
    }

    @Test("a client without a key is told by the answer alone")
    func withoutKey() throws { #expect(try Self.row(key: nil) == nil) }
}
