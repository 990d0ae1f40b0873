import ArgumentParser
import Foundation
import Rights

/// `habeas systems map`
struct SystemsMap: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Draws where data go: client, system, sub-processor, with categories and regions.",
        discussion: """
            As a tree, or as an SVG that needs nothing else. The same data map always gives the same picture, so that two \
            can be compared.

            Example:
              habeas systems map --client acme --svg acme.svg
            """
    )

    @Option(help: ArgumentHelp("What can hold data of this client.", valueName: "id"))
    var client: String?

    @Option(help: ArgumentHelp("Write a picture into this file, - for standard output.", valueName: "file"))
    var svg: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let map = try await DatabaseSession.run(try common.configuration()) { connection in
            try await DataMapReading(client: client, on: connection)
        }
        let flow = DataFlow(map)
        if let svg {
            guard svg != "-" else { return StandardOutput.write(flow.svg) }
            guard (try? Data(flow.svg.utf8).write(to: URL(fileURLWithPath: svg))) != nil else {
                throw Failure("--svg", "names a file that cannot be written", "name one in a folder of yours")
            }
        } else if common.json {
            StandardOutput.write(flow.json)
        } else {
            for line in flow.text { StandardOutput.write(line) }
        }
    }
}

extension DataFlow {
    var json: JSONValue {
        [
            "nodes": .array(
                nodes.map {
                    [
                        "id": .string($0.id), "kind": .string($0.kind?.rawValue ?? "client"),
                        "lines": JSONValue($0.lines), "layer": .integer($0.layer),
                    ]
                }
            ),
            "edges": .array(
                edges.map { ["from": .string($0.from), "to": .string($0.to), "said": .bool($0.isSaid)] }
            ),
        ]
    }
}
