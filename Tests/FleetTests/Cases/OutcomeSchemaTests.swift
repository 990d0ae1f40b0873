import Foundation
import Ledger
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("What the fleet tells and what is published of it")
struct OutcomeSchemaTests {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)

    static func published(_ path: String) throws -> [String: Any] {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let data = try Data(contentsOf: URL(filePath: "/\(root)/deploy/\(path)"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    static func object(_ value: Any?, _ path: String...) throws -> [String: Any] {
        var found = value
        for name in path { found = (found as? [String: Any])?[name] }
        return try #require(found as? [String: Any], "\(path)")
    }

    static func schema(_ type: OutcomeType) throws -> [String: Any] {
        try object(published("schemas/\(type.rawValue).json"), "properties", "data")
    }

    static func words(_ schema: [String: Any], _ path: String...) throws -> Set<String> {
        var found: Any? = schema
        for name in path { found = (found as? [String: Any])?[name] }
        return Set(try #require(found as? [String]))
    }

    static func data(_ row: OutboxRow) throws -> [String: Any] {
        try object(try JSONSerialization.jsonObject(with: Data(row.body)), "data")
    }

    /// Names every member that a schema has, and holds every one that it requires.
    static func check(_ data: [String: Any], _ schema: [String: Any]) throws {
        let properties = try object(schema, "properties")
        let required = try words(schema, "required")
        #expect(Set(data.keys).isSubset(of: properties.keys), "\(Set(data.keys).subtracting(properties.keys))")
        #expect(required.isSubset(of: data.keys), "\(required.subtracting(data.keys))")
    }

    static func record() throws -> CaseFileRecord {
        let event = """
            {"specversion":"1.0","id":"1","source":"/x","type":"io.habeas.request.submitted.v1","data":{"channel":"form",\
            "request_ref":"r","submitted_time":"2026-09-01T09:30:00Z","submitted_by":"subject","relationship":"client_user",\
            "right":"erasure","regulation":"gdpr","subjects":[{"identities":[{"type":"email","value":"ann@example.com"}]}]}}
            """
        let read = try EventParser.parse(Array(event.utf8), context: MessageContext(), now: now).get()
        guard case .requestSubmitted(let request) = read.payload else { throw CocoaError(.coderInvalidValue) }
        let policy = Policy(profile: .standard(named: "kustomer"))
        return CaseFileRecord(
            id: UUID.version7(at: now),
            opening: CaseOpening(request, client: nil, policy: policy, receivedAt: now, atlas: HolidayAtlas()),
            client: nil,
            profile: policy.profile,
            publisherID: "desk",
            requestRef: "r",
            subjectIndex: 0,
            groupID: nil,
            reference: "x",
            receivedAt: now
        )
    }

    /// One with everything that can be said of a target.
    static var target: FanOutTarget {
        var target = FanOutTarget(
            id: UUID(),
            caseID: UUID(),
            clientID: nil,
            system: "crm",
            systemVersion: 1,
            part: .rest,
            operation: .erase,
            way: .connector,
            isMandatory: true,
            level: .probe,
            ordinal: 0,
            key: UUID()
        )
        target.state = .grace
        target.outcome = .done
        target.cause = "x"
        target.findings.rows = 3
        (target.actedAt, target.verifyAt, target.verifiedAt) = (now, now, now)
        target.verifiedBy = .reRead
        (target.backupsUntil, target.goneBy) = (now, now)
        return target
    }

    @Test(
        "N4: what a completed request says of each target has the published shape, and the published words are all there are"
    )
    func completed() throws {
        let schema = try Self.schema(.requestCompleted)
        let row = CaseOutcome.completed(try Self.record(), targets: [Self.target], sequence: 1, at: Self.now)
        let data = try Self.data(row)
        try Self.check(data, schema)
        let item = try Self.object(schema, "properties", "targets", "items")
        let target = try #require((data["targets"] as? [[String: Any]])?.first)
        try Self.check(target, item)
        let properties = try Self.object(item, "properties")
        #expect(Set(target.keys) == Set(properties.keys), "the sample has all of them")
        #expect(try Self.words(properties, "operation", "enum") == Set(TargetOperation.words))
        #expect(try Self.words(properties, "state", "enum") == Set(FanOutTarget.State.words))
        #expect(try Self.words(properties, "outcome", "enum") == Set(FanOutTarget.Outcome.words))
        #expect(try Self.words(properties, "verified_by", "enum") == Set(Verification.words))
        #expect(try Self.words(properties, "part", "enum") == Set(FanOutTarget.Part.words).subtracting(["whole"]))
    }

    @Test("a request without targets says nothing of them")
    func withoutTargets() throws {
        let data = try Self.data(CaseOutcome.completed(try Self.record(), sequence: 1, at: Self.now))
        try Self.check(data, try Self.schema(.requestCompleted))
        #expect(data["targets"] == nil)
    }

    @Test("what is told of a certificate has the published shape")
    func certificate() throws {
        let row = CaseOutcome.certificate(
            UUID(),
            digest: "ab",
            of: try Self.record(),
            sequence: 1,
            at: Self.now
        )
        #expect(row.messageType == OutcomeType.certificateIssued.name)
        let data = try Self.data(row)
        try Self.check(data, try Self.schema(.certificateIssued))
        #expect(data.count == (try Self.object(Self.schema(.certificateIssued), "properties")).count)
    }

    @Test("the published words of a suppression are those there are")
    func suppression() throws {
        let schema = try Self.object(Self.schema(.suppressionAdded), "properties", "scopes", "items")
        #expect(try Self.words(schema, "enum") == Set(Suppressions.Scope.words))
    }

    @Test("the published examples hold to their schemas down to each target", arguments: ["valid"])
    func examples(_ kind: String) throws {
        let example = try Self.object(Self.published("examples/request.completed.\(kind).json"), "data")
        let item = try Self.object(Self.schema(.requestCompleted), "properties", "targets", "items")
        let targets = try #require(example["targets"] as? [[String: Any]])
        #expect(targets.count == 2)
        for target in targets { try Self.check(target, item) }
        for type in [OutcomeType.certificateIssued, .suppressionAdded] {
            let data = try Self.object(Self.published("examples/\(type.rawValue).\(kind).json"), "data")
            try Self.check(data, try Self.schema(type))
        }
    }
}
