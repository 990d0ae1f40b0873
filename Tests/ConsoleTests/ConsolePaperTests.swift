import Foundation
import Observability
import Testing

@testable import Console

@Suite("The papers of the console")
struct ConsolePaperTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    @Test("have every metric of it and no other, and every page of the navigation")
    func papers() throws {
        let operations = try String(contentsOfFile: "\(Self.root)/deploy/operations.md", encoding: .utf8)
        let listed = operations.split(separator: "\n").filter { $0.hasPrefix("| `habeas_console_") }.map { line in
            line.split(separator: "|").prefix(2).map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
        }
        let wanted = ConsoleMetrics.all.map { metric in
            let labels = metric.labels.isEmpty ? "" : "{\(metric.labels.joined(separator: ","))}"
            return "`\(metric.name)\(labels)` \(metric.kind.rawValue)"
        }
        #expect(listed == wanted)
        let console = try String(contentsOfFile: "\(Self.root)/deploy/console.md", encoding: .utf8)
        for place in Frame.Place.allCases { #expect(console.contains("| \(place.title) |"), "\(place.title)") }
    }
}
