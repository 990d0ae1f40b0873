import Foundation
import TestKit
import Testing
import Yams

@testable import Gateway

@Suite("The published description of the gateway and the code say the same", .database, .broker)
struct OpenAPITests {
    private let document: [String: Any]

    init() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try String(contentsOfFile: root + "/deploy/openapi.yaml", encoding: .utf8)
        document = try #require(try Yams.load(yaml: text) as? [String: Any])
    }

    @Test("every route and method is in it, and nothing else")
    func routes() async throws {
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        let described = Set(paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
        try await GatewayFixture.with { fixture in
            #expect(described == Set(fixture.routes))
        }
    }

    @Test("every kind of problem is in it, with a status of its own kind")
    func problems() throws {
        let schema = try schema("Problem")
        let type = try #require((schema["properties"] as? [String: [String: Any]])?["type"])
        #expect(type["enum"] as? [String] == ProblemKind.allCases.map(\.type))
        #expect(ProblemKind.allCases.allSatisfy { (400..<600).contains($0.status) })
    }

    @Test("every answer is as its schema says: what is required is there, and nothing that it does not name")
    func answers() async throws {
        try await GatewayFixture.with { fixture in
            let token = try await fixture.token()
            let request = try await fixture.request(more: #""message":"please","#)
            let incident = try await ToldClient.incident(fixture, "acme")
            let change = try await ToldClient.change(fixture, "acme")
            for (path, schema) in [
                ("/v1/requests", "RequestList"), ("/v1/requests/\(request)", "Request"),
                ("/v1/incidents", "IncidentList"),
                ("/v1/incidents/\(incident)", "Incident"), ("/v1/notices/\(change)", "Notice"), ("/v1/x", "Problem"),
            ] {
                try check(try await fixture.get(path, token).json, schema, path)
            }
            let list = try await fixture.get("/v1/requests", token)
            for line in (list.json["requests"] as? [[String: Any]]) ?? [] { try check(line, "RequestLine", "a line") }
            for (path, body) in [
                ("/v1/requests/\(request)/decision", GatewayFixture.decision),
                ("/v1/incidents/\(incident)/ack", ToldClient.acknowledgement),
                ("/v1/notices/\(change)/objection", ToldClient.objection),
            ] {
                let reply = try await fixture.post(path, token, body)
                #expect(reply.status == 202)
                try check(reply.json, "Accepted", path)
            }
            try check(try await fixture.get("/v1/requests", nil).json, "Problem", "no token")
        }
    }

    private func schema(_ name: String) throws -> [String: Any] {
        let components = try #require(document["components"] as? [String: Any])
        return try #require((components["schemas"] as? [String: [String: Any]])?[name])
    }

    private func check(_ answer: [String: Any], _ name: String, _ place: String) throws {
        let schema = try schema(name)
        let properties = try #require(schema["properties"] as? [String: Any])
        let required = try #require(schema["required"] as? [String])
        #expect(!answer.isEmpty, "\(place)")
        #expect(required.filter { answer[$0] == nil } == [], "\(place)")
        #expect(answer.keys.filter { properties[$0] == nil }.sorted() == [], "\(place)")
    }
}
