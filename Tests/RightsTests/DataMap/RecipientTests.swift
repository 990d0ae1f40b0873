import Rights
import Testing

@Suite("Y5: which controller of the data map a request means")
struct RecipientTests {
    private static func controller(
        _ id: String,
        _ url: String,
        _ change: (inout DataSystem) -> Void = { _ in }
    ) -> DataSystem {
        DataSystem.sample(id, .controller, .tus(TusDescription(url: url))) { system in
            system.company = "\(id) Ltd"
            change(&system)
        }
    }

    private static let systems = [
        DataSystem.sample("initech"), controller("globex", "https://import.globex.example/files"),
        controller("hooli", "https://hooli.example/tus") { $0.clients = ["acme"] },
        controller("hooli-eu", "https://eu.hooli.example/tus") { system in
            system.company = "Hooli GmbH"
            system.clients = ["umbrella"]
        },
    ]

    private static func receiver(_ name: String, _ endpoint: String? = nil, client: String? = "acme") -> String? {
        DataSystem.receiver(
            meantBy: Recipient(name: name, endpoint: endpoint),
            of: .endUser,
            client: client,
            among: systems
        )?.id
    }

    @Test("by its id, title or company, however that is written")
    func names() {
        for name in ["globex", "GLOBEX", " globex  ltd", "Globex Ltd"] { #expect(Self.receiver(name) == "globex") }
        #expect(Self.receiver("globe") == nil)
    }

    @Test("by its address and by nothing else where a request names one: another address is nobody's")
    func addresses() {
        #expect(Self.receiver("whoever", "https://import.globex.example/files/") == "globex")
        #expect(Self.receiver("globex", "https://globex.evil.example/files") == nil)
        #expect(Self.receiver("globex", "https://hooli.example/tus") == "hooli")
    }

    @Test("only one that the data of this client may go to, and no system that is something else")
    func limits() {
        #expect(Self.receiver("hooli") == "hooli")
        #expect(Self.receiver("hooli", client: "initech") == nil)
        #expect(Self.receiver("hooli gmbh") == nil && Self.receiver("hooli gmbh", client: "umbrella") == "hooli-eu")
        #expect(Self.receiver("initech") == nil)
    }

    @Test("nobody where several could be meant")
    func several() {
        let twins = [
            Self.controller("one", "https://one.example") { $0.company = "Twin" },
            Self.controller("two", "https://two.example") { $0.company = "Twin" },
        ]
        let found = DataSystem.receiver(
            meantBy: Recipient(name: "twin"),
            of: .endUser,
            client: nil,
            among: twins
        )
        #expect(found == nil)
    }
}
