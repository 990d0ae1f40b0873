import Rights
import Testing

@Suite("A client's channels as they are stored")
struct ClientChannelTests {
    private static let all = [
        ClientChannel(
            .webhook,
            name: "hook",
            url: "https://privacy.acme.example/in?a=b",
            secrets: ["file:/run/new", "env:OLD"],
            isInternal: true,
            isThin: true,
            inFlight: 9,
            perSecond: 0.5
        ),
        ClientChannel(.mail, name: "mail", addresses: ["privacy@acme.example"]),
        ClientChannel(.amqp, name: "queue"),
    ]

    @Test("What was written is read again, and the same channels give the same text")
    func roundTrip() throws {
        let text = try ClientChannel.text(of: Self.all)
        #expect(try ClientChannel.list(from: text) == Self.all)
        #expect(try ClientChannel.text(of: ClientChannel.list(from: text)) == text)
        #expect(try ClientChannel.list(from: "[]").isEmpty)
    }

    @Test("The words are those of the list that clients are applied from")
    func words() throws {
        #expect(
            try ClientChannel.text(of: [Self.all[0]]) == """
                [{"internal":true,"kind":"webhook","limits":{"in_flight":9,"per_second":0.5},"name":"hook",\
                "secrets":["file:/run/new","env:OLD"],"thin":true,"url":"https://privacy.acme.example/in?a=b"}]
                """
        )
        #expect(
            try ClientChannel.text(of: [Self.all[1]])
                == #"[{"addresses":["privacy@acme.example"],"kind":"mail","name":"mail"}]"#
        )
    }

    @Test("What a later version adds does not stop an older one")
    func laterVersions() throws {
        let text = #"[{"kind":"pigeon","name":"p"},{"kind":"amqp","name":"q","colour":"red","limits":{"per_day":3}}]"#
        #expect(try ClientChannel.list(from: text) == [ClientChannel(.amqp, name: "q")])
    }
}
