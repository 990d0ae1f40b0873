import ArgumentParser
import FoundationEssentials
import Outbound
import Rights

/// `habeas bench calls`
struct BenchCalls: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calls",
        abstract:
            "Deletes made-up people at the sandbox and looks whether they are gone, with nothing kept: the ceiling of an erasure's calls.",
        discussion: """
            Each person is deleted at every system, then looked for there: the calls that the erasure worker makes, without cases, \
            effects and evidence.

            Example:
              habeas bench calls --sandbox http://127.0.0.1:8099 --people 5000 --systems 4 --at-once 64
            """
    )

    @Option(help: "Where habeas-sandbox listens.")
    var sandbox: String

    @Option(help: "How many people, customer-1 and so on.")
    var people: Int

    @Option(help: "At how many systems, system-1 and so on.")
    var systems = 4

    @Option(help: "Calls under way at once.")
    var atOnce = 64

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let client = try HTTPClient()
        let start = ContinuousClock.now
        let failed = await withTaskGroup(of: Int.self) { group in
            var failed = 0
            var underWay = 0
            for index in 0..<people * systems {
                if underWay >= atOnce, let count = await group.next() {
                    failed += count
                    underWay -= 1
                }
                underWay += 1
                let url = "\(sandbox)/rest/system-\(1 + index % systems)/users/customer-\(1 + index / systems)"
                group.addTask { await Self.erase(url, client) ? 0 : 1 }
            }
            for await count in group { failed += count }
            return failed
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        await client.close()
        guard failed == 0 else {
            throw Failure(
                "calls",
                "\(failed) of \(people * systems) people are not gone",
                "look at the sandbox's report"
            )
        }
        let calls = 2 * people * systems
        StandardOutput.write([
            "calls": .integer(calls), "seconds": .number(seconds), "per_second": .number(Double(calls) / seconds),
        ])
    }

    private static func erase(_ url: String, _ client: HTTPClient) async -> Bool {
        let key = [("Idempotency-Key", UUID().lowercaseText)]
        let allowing: Permissions = [.internalAddress, .plain]
        guard let done = try? await client.send(HTTPCall("DELETE", url, headers: key, allowing: allowing)),
            (200..<300).contains(done.status) || done.status == 404,
            let look = try? await client.send(HTTPCall("GET", url, allowing: allowing))
        else { return false }
        return look.status == 404
    }
}
