import Testing

@testable import Sandbox

struct ScriptTests {
    @Test(
        "What a script may not say is refused with place, fault and remedy",
        arguments: [
            ("statsu: 500", "acme: statsu is not a key here; use acts, body"),
            ("delay: {seconds: 3}", "acme: delay: seconds is not a key here; use jitter_ms, ms"),
            ("calls: 3", "acme: calls is not a key here"),
            ("otherwise: {probability: 0.5}\nprobability: 0.5", "acme: otherwise: probability is not a key here"),
            ("sequence: [{status: 500, opendsr: {}}]", "acme: sequence 1: opendsr is not a key here"),
            ("opendsr: {pending: 3}", "acme: opendsr: pending is not a key here"),
            (
                "rest: {grace: 3}",
                "acme: rest: grace is not a key here; use asynchronous_ms, grace_ms, locked, page_size, two_step"
            ),
            ("status: 700", "acme: status is not a number from 200 to 599; write one"),
            ("status: fast", "acme: status is not a number from 200 to 599; write one"),
            ("probability: 2", "acme: probability is not a share from 0 to 1; write for instance 0.25"),
            ("hang: maybe", "acme: hang is neither true nor false; write one of them"),
            ("close: late", "acme: close is not one of before_answer, mid_body, mid_request; write one of them"),
            ("retry_after: 3", "acme: retry_after goes with a status; write the status, too"),
            ("hang: true\nstatus: 500", "acme: hang never answers"),
            ("otherwise: {status: 500}", "acme: otherwise never comes to pass; give a probability or methods, too"),
            ("sequence: {status: 500}", "acme: sequence is not a list; write a list of steps"),
            ("methods: POST", "acme: methods is not a list"),
            ("status: 302\nlocation: \"a\\r\\nb\"", "acme: location is no URL or path"),
            ("opendsr: {identities: [email]}", "acme: opendsr: identities holds what is no type and format"),
            ("rest: {grace_ms: 1, asynchronous_ms: 1}", "acme: rest: grace_ms goes not with asynchronous_ms"),
            ("- 1", "acme is not a mapping"),
            ("", "acme is empty"),
            ("a: [", "is neither YAML nor JSON, or says a key twice; correct it"),
            ("status: 500\nstatus: 501", "is neither YAML nor JSON, or says a key twice; correct it"),
        ]
    )
    func refusals(text: String, sentence: String) throws {
        let fault = #expect(throws: ScriptFault.self) { try Script(text: text, name: "acme") }
        #expect(fault?.description.contains(sentence) == true, "\(fault?.description ?? "")")
    }

    @Test("YAML and JSON say the same")
    func forms() throws {
        let yaml = """
            delay: {ms: 20, jitter_ms: 5}
            probability: 0.25
            seed: 9
            status: 429
            retry_after: 3
            methods: [post]
            otherwise: {trickle: {every_ms: 7, bytes: 3}}
            sequence:
              - {calls: 2, hang: true}
              - close: mid_body
            opendsr: {pending_ms: 100, on_duplicate: conflict}
            rest: {two_step: true}
            """
        let json = """
            {"delay": {"ms": 20, "jitter_ms": 5}, "probability": 0.25, "seed": 9, "status": 429, "retry_after": 3,
             "methods": ["POST"], "otherwise": {"trickle": {"every_ms": 7, "bytes": 3}},
             "sequence": [{"calls": 2, "hang": true}, {"close": "mid_body"}],
             "opendsr": {"pending_ms": 100, "on_duplicate": "conflict"}, "rest": {"two_step": true}}
            """
        let script = try Script(text: yaml, name: "acme")
        #expect(script == (try Script(text: json, name: "acme")))
        #expect(script.behaviour.delay == .init(milliseconds: 20, jitter: 5))
        #expect(script.behaviour.status == 429)
        #expect(script.sequence.map(\.calls) == [2, 1])
        #expect(script.otherwise.trickle == .init(everyMilliseconds: 7, bytes: 3))
        #expect(script.manner.openDSR.onDuplicate == .conflict)
    }

    @Test("Unless the script says otherwise, only a peer that answers well has done what it was asked")
    func acts() {
        #expect(Behaviour().acts)
        #expect(Behaviour(delay: .init(milliseconds: 1_000_000)).acts)
        #expect(Behaviour(status: 202).acts)
        #expect(!Behaviour(status: 503).acts)
        #expect(!Behaviour(hang: true).acts)
        #expect(!Behaviour(close: .beforeAnswer).acts)
        #expect(Behaviour(close: .midBody).acts)
        #expect(Behaviour(close: .beforeAnswer, actsAsWritten: true).acts)
        #expect(!Behaviour(actsAsWritten: false).acts)
    }

    @Test("A whole name fits better than its beginning, and a longer beginning better than a shorter one")
    func patterns() throws {
        let file = try Script.file(
            text: "{'*': {status: 500}, slow-*: {status: 501}, slow-a*: {status: 502}, slow-ab: {status: 503}}",
            path: "scripts.yaml"
        )
        let book = ScriptBook(file)
        func status(_ name: String) throws -> Int? {
            book.entry(for: try #require(PeerName(name)))?.script.behaviour.status
        }
        #expect(try ["x", "slow-x", "slow-ax", "slow-ab", "slow-abc"].map(status) == [500, 501, 502, 503, 502])
        #expect(throws: ScriptFault.self) { try Script.file(text: "a*b: {status: 500}", path: "scripts.yaml") }
    }
}
