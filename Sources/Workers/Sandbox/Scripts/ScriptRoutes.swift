import Hummingbird
import NIOCore

/// The door for whoever runs the test: what the peers are told to do.
struct ScriptRoutes: Sendable {
    let scripts: ScriptBook

    func add(to router: Router<PeerContext>) {
        router.get("scripts") { _, _ in try Reply(200, json: ["scripts": scripts.patterns]).response }
        router.put("scripts/:name") { request, context in
            let pattern = try pattern(context)
            let text = String(buffer: try await request.body.collect(upTo: 1 << 20))
            do {
                scripts.put(try Script(text: text, name: pattern.text), for: pattern)
            } catch let fault as ScriptFault {
                throw HTTPError(.badRequest, message: fault.description)
            }
            return Response(status: .noContent)
        }
        router.delete("scripts/:name") { _, context in
            scripts.remove(try pattern(context))
            return Response(status: .noContent)
        }
        router.delete("scripts") { _, _ in
            scripts.removeAll()
            return Response(status: .noContent)
        }
    }

    private func pattern(_ context: PeerContext) throws -> ScriptPattern {
        let text = context.parameters.get("name")?.replacing("%2A", with: "*").replacing("%2a", with: "*")
        guard let pattern = ScriptPattern(text ?? "") else {
            throw HTTPError(.badRequest, message: "the script's name is no peer's name; \(ScriptPattern.remedy)")
        }
        return pattern
    }
}
