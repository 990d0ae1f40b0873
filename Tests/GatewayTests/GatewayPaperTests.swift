import Foundation
import Observability
import Testing

@testable import Gateway

@Suite("The papers of the gateway")
struct GatewayPaperTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    @Test("have every metric of it with its kind and labels, and no other")
    func metrics() throws {
        let operations = try String(contentsOfFile: "\(Self.root)/deploy/operations.md", encoding: .utf8)
        let listed = operations.split(separator: "\n").filter { $0.hasPrefix("| `habeas_gateway_") }.map { line in
            line.split(separator: "|").prefix(2).map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
        }
        let wanted = GatewayMetrics.all.map { metric in
            let labels = metric.labels.isEmpty ? "" : "{\(metric.labels.joined(separator: ","))}"
            return "`\(metric.name)\(labels)` \(metric.kind.rawValue)"
        }
        #expect(listed == wanted)
    }
}
