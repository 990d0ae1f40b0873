import Foundation
import Testing

@testable import Rights

@Suite("What is known of an incident, and what each client is told of it")
struct IncidentPictureTests {
    static func detected(_ members: String = "", affected: String = "") throws -> BreachDetected {
        let data = try payload(
            "breach.detected",
            """
            {"incident_ref":"I-1","discovered_at":"2026-11-27T17:00:00Z","aware_at":"2026-11-27T18:00:00Z","nature":"A bucket was readable.",\
            "categories":["contact","messages"],"risk":"risk","affected":[\(affected)]\(members)}
            """
        )
        guard case .breachDetected(let detected) = data else { throw Unexpected() }
        return detected
    }

    static func updated(_ members: String) throws -> BreachUpdated {
        guard case .breachUpdated(let updated) = try payload("breach.updated", #"{"incident_ref":"I-1",\#(members)}"#)
        else { throw Unexpected() }
        return updated
    }

    private struct Unexpected: Error {}

    private static func payload(_ type: String, _ data: String) throws -> EventPayload {
        let name = "io.habeas.\(type).v1"
        let body = #"{"specversion":"1.0","id":"e","source":"/s","type":"\#(name)","data":\#(data)}"#
        let now = try #require(EventTime.parse("2026-11-30T00:00:00Z"))
        return try EventParser.parse(Array(body.utf8), context: MessageContext(), now: now).get().payload
    }

    static let received = Date(timeIntervalSince1970: 1_796_000_000)

    @Test("G9: a phase changes what it mentions, adds clients, and leaves the rest")
    func phases() throws {
        var picture = IncidentPicture(try Self.detected(affected: #"{"client":"acme","subjects_approx":10}"#))
        picture.apply(
            try Self.updated(
                #""phase":2,"risk":"high","measures":"Closed.","affected":[{"client":"globex"},{"client":"acme","records_approx":7}]"#
            ),
            receivedAt: Self.received
        )
        #expect(picture.phase == 2)
        #expect(picture.risk == .high)
        #expect(picture.measures == "Closed.")
        #expect(picture.nature == "A bucket was readable.")
        let acme = try #require(picture.named["acme"])
        #expect(acme.subjectsApprox == 10)
        #expect(acme.recordsApprox == 7)
        #expect(acme.awareAt == picture.awareAt)
        #expect(picture.named["globex"]?.awareAt == Self.received, "it was not known to be affected before")
    }

    @Test("G13: a phase that names more people of the vendor's own leaves their number and the kinds of their data")
    func ownData() throws {
        var picture = IncidentPicture(
            try Self.detected(#","own_data":{"subjects_approx":40,"records_approx":90,"categories":["agents"]}"#)
        )
        let sealed = "eyJ0.a.b.c.d"
        picture.apply(
            try Self.updated(#""phase":2,"own_data":{"identities":"\#(sealed)"}"#),
            receivedAt: Self.received
        )
        let told = try #require(NoticeContent(ownPartOf: picture))
        #expect(told.subjectsApprox == 40 && told.recordsApprox == 90 && told.categories == ["agents"])
        picture.apply(try Self.updated(#""phase":3,"own_data":{"subjects_approx":41}"#), receivedAt: Self.received)
        #expect(NoticeContent(ownPartOf: picture)?.subjectsApprox == 41)
        #expect(picture.sealedPeople == [sealed])
    }

    @Test("phases are applied by their numbers, in whatever order the events are read")
    func order() throws {
        let first = EventPayload.breachDetected(try Self.detected(affected: #"{"client":"acme"}"#))
        let second = EventPayload.breachUpdated(
            try Self.updated(#""phase":2,"risk":"high","affected":[{"client":"globex"}]"#)
        )
        let third = EventPayload.breachUpdated(try Self.updated(#""phase":3,"risk":"unlikely""#))
        for order in [[first, second, third], [third, second, first], [second, first, third]] {
            let picture = try #require(IncidentPicture(order.map { ($0, Self.received) }))
            #expect(picture.risk == .unlikely && picture.phase == 3)
            #expect(Set(picture.named.keys) == ["acme", "globex"])
        }
        #expect(IncidentPicture([(second, Self.received)]) == nil)
    }

    @Test(
        "where nobody was named, those are affected whose data a system of the incident can hold, their numbers unknown"
    )
    func byMap() throws {
        let picture = IncidentPicture(try Self.detected(#","systems":["crm"]"#))
        var crm = DataSystem(id: "crm", title: "CRM", kind: .own)
        crm.clients = ["acme", "globex"]
        let clients = ["acme", "globex", "initech"].map {
            Client(id: $0, names: [], place: .unknown, isSuspended: false, hasBAA: false)
        }
        #expect(Set(picture.affected(among: clients, in: [crm]).keys) == ["acme", "globex"])
        #expect(picture.affected(among: clients, in: []).isEmpty, "nobody knows the system")
        let named = IncidentPicture(try Self.detected(#","systems":["crm"]"#, affected: #"{"client":"initech"}"#))
        #expect(Array(named.affected(among: clients, in: [crm]).keys) == ["initech"], "who names knows better")
    }

    @Test("a client is told of an update only if something of its own part has changed")
    func changes() throws {
        var picture = IncidentPicture(try Self.detected(affected: #"{"client":"acme","subjects_approx":10}"#))
        func content() throws -> NoticeContent {
            NoticeContent(of: picture, part: try #require(picture.named["acme"]), client: "acme", in: [])
        }
        let first = try content()
        picture.apply(try Self.updated(#""phase":2,"affected":[{"client":"globex"}]"#), receivedAt: Self.received)
        #expect(try content().following(first, ending: nil) == nil, "an empty message would tell of somebody else")
        picture.apply(
            try Self.updated(#""phase":3,"measures":"Closed.","affected":[{"client":"acme","subjects_approx":12}]"#),
            receivedAt: Self.received
        )
        let second = try #require(try content().following(first, ending: nil))
        #expect(second.kind == .update)
        #expect(second.number == 2, "counted for this client alone")
        #expect(second.changed == [.measures, .subjects])
        let last = try #require(try content().following(second, ending: .falseAlarm))
        #expect(last.kind == .withdrawn)
        #expect(last.changed.isEmpty)
        #expect(try content().following(last, ending: nil) == nil, "nothing follows on the last word")
    }

    @Test("N6: a client's people are those of the phases that named them as its own, in the order of the phases")
    func people() throws {
        let text = "e30..AAAA.AAAA.AAAA"
        var picture = IncidentPicture(
            try Self.detected(affected: #"{"client":"acme","identities":"\#(text)"},{"client":"globex"}"#)
        )
        for (phase, client) in [(2, "globex"), (4, "acme")] {
            picture.apply(
                try Self.updated(#""phase":\#(phase),"affected":[{"client":"\#(client)","identities":"\#(text)"}]"#),
                receivedAt: Self.received
            )
        }
        picture.apply(try Self.updated(#""phase":5,"affected":[{"client":"acme"}]"#), receivedAt: Self.received)
        #expect(picture.named["acme"]?.people.map(\.phase) == [1, 4])
        #expect(picture.named["globex"]?.people.map(\.phase) == [2])
    }

    @Test("N6: that there is a list, or another one, is news to its client; that it is ready is told by itself")
    func list() throws {
        var first = NoticeContent(
            nature: "n",
            categories: ["contact"],
            risk: .risk,
            discoveredAt: Self.received,
            awareAt: Self.received
        )
        var second = first
        second.list = NoticeContent.PeopleList(number: 1, export: UUID())
        #expect(second.following(first, ending: nil)?.changed == [.peopleList])
        first.list = second.list
        second.list?.sha256 = "0f"
        #expect(second.following(first, ending: nil) == nil)
        second.list = nil
        #expect(second.following(first, ending: nil) == nil, "its time is over")
        let told = first.telling(of: NoticeContent.PeopleList(number: 1, export: UUID(), sha256: "0f"))
        #expect(told.kind == .list && told.number == 2 && told.changed == [.peopleList])
        first.kind = .closed
        #expect(first.telling(of: NoticeContent.PeopleList(number: 1, export: UUID())).kind == .closed)
    }

    @Test("what is kept of a notice is what it was")
    func stored() throws {
        let picture = IncidentPicture(
            try Self.detected(
                #","cause":"A script.","health_data":true,"consequences":"Spam.","contact":{"email":"desk@vendor.example","name":"Desk"}"#,
                affected: #"{"client":"acme","subjects_approx":10,"records_approx":0}"#
            )
        )
        let first = NoticeContent(of: picture, part: try #require(picture.named["acme"]), client: "acme", in: [])
        #expect(try NoticeContent(stored: first.stored) == first)
        var listed = first
        listed.list = NoticeContent.PeopleList(number: 2, export: UUID(), sha256: String(repeating: "0f", count: 32))
        #expect(try NoticeContent(stored: listed.stored) == listed)
        listed.list?.sha256 = nil
        #expect(try NoticeContent(stored: listed.stored) == listed)
        let line = IncidentPicture(
            try Self.detected(#","contact":"the desk, room 4""#, affected: #"{"client":"acme"}"#)
        )
        let second = NoticeContent(of: line, part: try #require(line.named["acme"]), client: "acme", in: [])
        #expect(try NoticeContent(stored: second.stored) == second)
        #expect(throws: (any Error).self) { try NoticeContent(stored: Array("{}".utf8)) }
        #expect("\(first)" == "NoticeContent(redacted)")
    }

    @Test(
        "N6: of no client a planted value occurs in what another one is told, whatever the incident",
        arguments: 0..<40
    )
    func isolation(_ seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let count = Int.random(in: 2...30, using: &random)
        // Numbers that occur nowhere else.
        func planted(_ client: Int, _ field: Int) -> Int { 7_000_000 + client * 1_000 + field * 100 + 37 }
        let all = Array(0..<count)
        let first = all.filter { _ in Bool.random(using: &random) }
        func entries(_ clients: [Int], _ field: Int) -> String {
            clients.map {
                #"{"client":"c\#($0)","subjects_approx":\#(planted($0, field)),"records_approx":\#(planted($0, field + 1))}"#
            }
            .joined(separator: ",")
        }
        var picture = IncidentPicture(try Self.detected(#","systems":["s"]"#, affected: entries(first, 0)))
        let later = all.filter { _ in Bool.random(using: &random) }
        picture.apply(try Self.updated(#""phase":2,"affected":[\#(entries(later, 2))]"#), receivedAt: Self.received)
        // A category that one client's system alone has.
        let systems = all.map { client in
            var system = DataSystem(id: "s", title: "S", kind: .own)
            system.clients = ["c\(client)"]
            system.categories = client.isMultiple(of: 2) ? ["contact"] : ["messages"]
            return system
        }
        for (client, part) in picture.named {
            let content = NoticeContent(of: picture, part: part, client: client, in: systems)
            var writer = JSONWriter()
            writer.object { body in
                content.write(to: &body)
                body.key("drafts")
                body.array(NoticeDraft.drafts(of: content, for: BreachLaw.allCases, isAgent: true)) { list, draft in
                    list.object { draft.write(to: &$0) }
                }
            }
            let text = String(decoding: writer.bytes, as: UTF8.self)
            for other in all where "c\(other)" != client {
                for field in 0..<4 {
                    #expect(!text.contains("\(planted(other, field))"), "\(client) hears of c\(other)")
                }
                #expect(!text.contains("\"c\(other)\""))
            }
            let own = Int(client.dropFirst()).map { $0.isMultiple(of: 2) ? ["contact"] : ["messages"] }
            #expect(content.categories == own)
        }
    }

    @Test("G9: an earlier time of awareness is that of all who were known then; who was found later keeps its own")
    func earlierAwareness() throws {
        var picture = IncidentPicture(try Self.detected(affected: #"{"client":"acme"}"#))
        let first = picture.awareAt
        picture.apply(try Self.updated(#""phase":2,"affected":[{"client":"globex"}]"#), receivedAt: Self.received)
        let later = #""phase":3,"aware_at":"2026-11-28T18:00:00Z","affected":[{"client":"initech"}]"#
        picture.apply(try Self.updated(later), receivedAt: Self.received)
        #expect(picture.named["acme"]?.awareAt == first, "a later time is that of the clients that it names")
        let initech = try #require(picture.named["initech"]?.awareAt)
        picture.apply(
            try Self.updated(#""phase":4,"aware_at":"2026-11-27T12:00:00Z""#),
            receivedAt: Self.received
        )
        #expect(picture.awareAt == first.addingTimeInterval(-6 * 3_600))
        #expect(picture.named["acme"]?.awareAt == picture.awareAt)
        #expect(picture.named["globex"]?.awareAt == Self.received && picture.named["initech"]?.awareAt == initech)
    }

    @Test("G9: each client says which phase named it last; a number that was said is not counted over")
    func numbers() throws {
        var picture = IncidentPicture(
            try Self.detected(
                affected: #"{"client":"acme","subjects_approx":10},{"client":"globex"},{"client":"initech"}"#
            )
        )
        picture.apply(try Self.updated(#""phase":2,"affected":[{"client":"globex"}]"#), receivedAt: Self.received)
        picture.count(["acme": 3, "globex": 4, "initech": nil, "stranger": 9])
        #expect(picture.named["acme"]?.subjectsApprox == 10 && picture.named["acme"]?.phase == 1)
        #expect(picture.named["globex"]?.subjectsApprox == 4 && picture.named["globex"]?.phase == 2)
        #expect(picture.named["initech"]?.subjectsApprox == nil && picture.named["initech"]?.isUncounted == true)
        #expect(picture.named["stranger"] == nil && picture.named["globex"]?.isUncounted == false)
    }
}
