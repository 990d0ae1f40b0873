import Foundation
import Ledger
import Postgres
import TestKit
import Testing

@Suite("The way an event takes out of intake", .database)
struct RouteTests {
    struct Route: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let type: String
        let data: String
        let expected: String
    }

    static let now = Date(timeIntervalSinceNow: -60).ISO8601Format()
    static let instructor = #""instructed_at":"\#(now)","instructed_by":{"user":"u1","role":"ROLE","channel":"app"}"#

    static let routes: [Route] = [
        Route(
            testDescription: "K2 an end user's erasure goes to the referral lane",
            type: "request.submitted",
            data: IntakeFixture.request(),
            expected: "request referral processor received habeas.referral acme"
        ),
        Route(
            testDescription: "K2 an unknown person's request through an agent goes to the referral lane",
            type: "request.submitted",
            data: IntakeFixture.request(
                "access",
                relationship: "unknown",
                by: "authorised_agent",
                #""agent":{"name":"A","authority":"power of attorney"}"#
            ),
            expected: "request referral processor received habeas.referral acme"
        ),
        Route(
            testDescription: "K4 a request that names nobody waits for its client",
            type: "request.submitted",
            data: IntakeFixture.request(client: nil),
            expected: "request referral processor needs_client habeas.referral -"
        ),
        Route(
            testDescription: "K4 a client named in words that resolve is that client",
            type: "request.submitted",
            data: IntakeFixture.request(client: nil, #""client_named":"  acme  GMBH ""#),
            expected: "request referral processor received habeas.referral acme"
        ),
        Route(
            testDescription: "K4 a client named in words that nobody answers to is never refused",
            type: "request.submitted",
            data: IntakeFixture.request(client: nil, #""client_named":"that shop""#),
            expected: "request referral processor needs_client habeas.referral -"
        ),
        Route(
            testDescription: "Y6 a client user's access waits for identity",
            type: "request.submitted",
            data: IntakeFixture.request("access", relationship: "client_user"),
            expected: "request own controller needs_identity habeas.referral acme"
        ),
        Route(
            testDescription: "Y6 a session is identity enough to begin",
            type: "request.submitted",
            data: IntakeFixture.request("access", relationship: "client_user", #""session_verified":true"#),
            expected: "request own controller in_progress habeas.export acme"
        ),
        Route(
            testDescription: "Y6 opting out asks nobody for identity",
            type: "request.submitted",
            data: IntakeFixture.request(
                "opt_out",
                relationship: "visitor",
                client: nil,
                regulation: "ccpa",
                #""opt_out_of":["sale"]"#
            ),
            expected: "request own controller in_progress habeas.erasure -"
        ),
        Route(
            testDescription: "K7 an administrator's instruction runs",
            type: "request.submitted",
            data: IntakeFixture.request(by: "client", instructor.replacingOccurrences(of: "ROLE", with: "admin")),
            expected: "request fulfilment processor in_progress habeas.erasure acme"
        ),
        Route(
            testDescription: "K7 anybody else's instruction waits for confirmation",
            type: "request.submitted",
            data: IntakeFixture.request(by: "client", instructor.replacingOccurrences(of: "ROLE", with: "support")),
            expected: "request fulfilment processor received habeas.referral acme"
        ),
        Route(
            testDescription: "K8, K9 the end of a contract opens a tenant-wide case, and wakes nobody who erases",
            type: "client.terminated",
            data: #"{"client":"acme","terminated_at":"\#(now)","mode":"erase","requested_by":"owner"}"#,
            expected: "end_of_contract fulfilment processor received habeas.referral acme"
        ),
        Route(
            testDescription: "C3 a complaint opens a case of its own",
            type: "complaint.received",
            data: #"{"complaint_ref":"c1","client":"acme","from":"subject","received_at":"\#(now)","text":"too slow"}"#,
            expected: "complaint own controller received habeas.referral acme"
        ),
    ]

    @Test("leads to role, lane, state and worker", arguments: routes)
    func route(_ route: Route) async throws {
        try await IntakeFixture.with { fixture in
            let rows = try await fixture.deliver([IntakeFixture.event(route.type, data: route.data)])
            let found = try await fixture.text(
                "SELECT concat_ws(' ', kind, lane, role, state, queue, coalesce(client_id, '-')) FROM habeas.case_file"
            )
            #expect(found == [route.expected])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.evidence WHERE fact = 'case.opened'") == 1)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.deadline WHERE state = 'open'") >= 1)
            // Its worker, and where the vendor itself answers the one who tells the person that the request has arrived.
            let words = found[0].split(separator: " ").map(String.init)
            let woken = words[1] == "own" ? Set([words[4], "habeas.referral"]) : [words[4]]
            #expect(
                rows.map(\.routingKey).sorted() == woken.sorted() + ["publisher.desk.io.habeas.request.accepted.v1"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G9 a breach opens an incident with its clock and wakes the breach worker")
    func breach() async throws {
        try await IntakeFixture.with { fixture in
            let data = #"""
                {"incident_ref":"i1","discovered_at":"\#(Self.now)","aware_at":"\#(Self.now)","nature":"lost laptop","categories":["contacts"],
                 "risk":"high","affected":[{"client":"acme","subjects_approx":3},{"client":"globex"}]}
                """#
            let rows = try await fixture.deliver([
                // The update overtakes the report and waits for it.
                IntakeFixture.event("breach.updated", data: #"{"incident_ref":"i1","phase":2,"risk":"risk"}"#),
                IntakeFixture.event("breach.detected", data: data),
                IntakeFixture.event(
                    "breach.acknowledged",
                    data: #"{"incident_ref":"i1","client":"acme","by":"dpo","at":"\#(Self.now)"}"#
                ),
            ])
            #expect(rows.contains { $0.routingKey == "habeas.breach" })
            #expect(
                try await fixture.text("SELECT fact FROM habeas.evidence ORDER BY seq")
                    == ["incident.opened", "incident.updated", "incident.acknowledged"]
            )
            #expect(try await fixture.text("SELECT clock FROM habeas.deadline") == ["notify_clients"])
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G3 one instruction for three people opens three cases with one group, each with nobody else's data")
    func children() async throws {
        try await IntakeFixture.with { fixture in
            var data = IntakeFixture.request(ref: "bulk")
            data = data.replacingOccurrences(
                of: #""subjects":[{"identities":[{"type":"email","value":"ada@example.com"}]}]"#,
                with:
                    #""subjects":[{"identities":[{"type":"email","value":"a@example.com"}]},{"identities":[{"type":"email","value":"b@example.com"}]},{"identities":[{"type":"phone","value":"+49 30 1234567"}]}]"#
            )
            try await fixture.deliver([IntakeFixture.event("request.submitted", data: data)])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file") == 3)
            #expect(try await fixture.count("SELECT count(DISTINCT group_id) FROM habeas.case_file") == 1)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_identity") == 3)
            // An event for the reference reaches all of them.
            try await fixture.deliver([
                IntakeFixture.event("request.withdrawn", data: #"{"request_ref":"bulk","by":"subject"}"#)
            ])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE state = 'withdrawn'") == 3)
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.deadline WHERE state = 'open' AND clock <> 'retention'"
                ) == 0
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }
}
