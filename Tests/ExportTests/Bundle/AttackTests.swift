import Archive
import Foundation
import Rights
import TestKit
import Testing

@testable import Export

@Suite("What was written to hurt whoever reads it", .timeLimit(.minutes(3)))
struct AttackTests {
    static let opened = Result {
        var bundle = SampleBundle()
        bundle.add(["value", "after"], Attack.all.map(\.line))
        bundle.add(["value"], ["{\"value\":\"a\"}"], dataset: "second")
        return try bundle.open()
    }
    static let table = Result { try opened.get().table("data/csv/0001-public-tickets-1.csv") }
    /// The cells of the page's first table of rows.
    static let cells = Result {
        let page = try opened.get().text("index.html")
        let rows = page.components(separatedBy: "<caption id=\"rows1-caption\">")[1].components(
            separatedBy: "</tbody>"
        )[0]
        return rows.components(separatedBy: "<tr><td").dropFirst().map { row in
            let cell = row.components(separatedBy: "</td>")[0]
            return String(cell[cell.index(after: cell.firstIndex(of: ">") ?? cell.startIndex)...])
        }
    }

    @Test("is harmless in the CSV and on the page, and lossless in the JSON", arguments: Attack.all.indices)
    func attack(_ index: Int) throws {
        let attack = Attack.all[index]
        let opened = try Self.opened.get()
        let lines = opened.text("data/json/0001-public-tickets.jsonl").split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        #expect(lines[index] == attack.line, "\(attack.name)")
        let row = try Self.table.get()[index + 1]
        #expect(row == [attack.csv, "ok"], "\(attack.name)")
        #expect(try Self.cells.get()[index] == attack.html, "\(attack.name)")
    }

    @Test("is at least forty kinds, and makes no row more or less")
    func count() throws {
        #expect(Attack.all.count >= 60)
        #expect(try Self.table.get().count == Attack.all.count + 1)
        #expect(try Self.cells.get().count == Attack.all.count)
    }

    @Test("is counted in the manifest, by column")
    func counted() throws {
        let sections = try #require(try Self.opened.get().manifest["sections"] as? [[String: Any]])
        let changes = try #require(sections[0]["csv_changes"] as? [[String: Any]])
        #expect(changes.count == 1 && changes[0]["column"] as? String == "value")
        let harmless = Attack.all.filter {
            $0.csv.contains("'") && $0.csv.filter { $0 == "'" } != $0.json.filter { $0 == "'" }
        }
        #expect(changes[0]["made_harmless"] as? Int == harmless.count)
        #expect(changes[0]["shortened"] as? Int == 2 && changes[0]["first_row"] as? Int == 1)
        #expect(sections[0]["rows_with_json_only_members"] as? Int == 1)
        #expect((sections[1]["csv_changes"] as? [Any])?.isEmpty == true)
    }

    @Test("no spreadsheet finds a formula, whichever separator it takes, and whether or not it heeds quotation marks")
    func noFormula() throws {
        let text = try Self.opened.get().text("data/csv/0001-public-tickets-1.csv")
        #expect(Spreadsheet.formulas(in: text).isEmpty)
        #expect(Spreadsheet.formulas(in: "a;\"=1\"\r\n") == ["=1\""], "the test can tell")
    }

    @Test("nor in two thousand cells put together by chance of what hurts")
    func chance() throws {
        var generator = Sequence64(state: 0x5EED)
        let parts = [
            "=", "+", "-", "@", "\\t", "\\r", "\\n", "\\u0000", "\\\"", "'", ";", ",", " ", "\u{FF1D}", "\u{A0}", "1",
            "a", "\\ud800", "\u{FEFF}",
            "\u{202E}", "-1", "|", "\\\\", "\u{E9}", "12345678", "xxxxxxxxxxxxxxxxxxxx",
        ]
        let lines = (0..<2_000).map { _ in
            let text = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                parts.randomElement(using: &generator) ?? ""
            }
            return "{\"value\":\"\(text.joined())\",\"after\":\"ok\"}"
        }
        var bundle = SampleBundle()
        bundle.linesOfBlock = 100
        bundle.add(["value", "after"], lines)
        let opened = try bundle.open()
        let table = try opened.table("data/csv/0001-public-tickets-1.csv")
        #expect(table.count == 2_001 && table.allSatisfy { $0.count == 2 })
        #expect(Spreadsheet.formulas(in: opened.text("data/csv/0001-public-tickets-1.csv")).isEmpty)
    }

    /// One row of these bytes.
    private struct Raw: BundleSource {
        let row: [UInt8]

        func lines(of section: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
            try row.withUnsafeBytes(body)
        }

        func bytes(of file: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {}
    }

    @Test(
        "as bytes that are no text stays as it is in the JSON, and makes neither CSV nor page unreadable",
        arguments: [
            [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0x80], [0xC1, 0x3D],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xFE, 0x3D],
        ] as [[UInt8]]
    )
    func noText(_ bytes: [UInt8]) throws {
        let row = Array(#"{"a":""#.utf8) + bytes + Array("\",\"b\":\"ok\"}\n".utf8)
        var description = SampleBundle().description
        description.sections = [.sample("raw", ["a", "b"], rows: 1)]
        var zip = Data()
        let writer = BundleWriter(
            try ZipWriter { zip.append(contentsOf: $0) },
            signer: try SampleBundle.signer,
            description
        )
        _ = try writer.run(Raw(row: row))
        let opened = try OpenedBundle(zip)
        #expect(opened["data/json/0001-raw.jsonl"] == Data(row))
        for name in ["data/csv/0001-raw-1.csv", "index.html"] {
            let text = try #require(String(validating: opened[name] ?? Data(), as: UTF8.self))
            #expect(text.contains("\u{FFFD}"))
        }
        #expect(try opened.table("data/csv/0001-raw-1.csv")[1][1] == "ok")
        #expect(Spreadsheet.formulas(in: opened.text("data/csv/0001-raw-1.csv")).isEmpty)
    }

    @Test("as a name comes nowhere but into the papers, escaped there, and never makes a name")
    func names() throws {
        var bundle = SampleBundle()
        bundle.description = BundleDescription(
            caseID: bundle.description.caseID,
            client: HostileName.all.joined(separator: "\n"),
            processor: "x\r\n\r\nPayload-Oxum: 9.9",
            right: .portability,
            regulation: .other,
            submittedOn: bundle.description.submittedOn,
            time: bundle.description.time
        )
        for name in HostileName.all {
            bundle.add([name, "b"], [#"{"b":1}"#], dataset: name)
            let last = bundle.description.sections.count - 1
            bundle.description.sections[last] = BundleSection(
                system: name,
                systemTitle: name,
                kind: .clientIntegration,
                company: name,
                region: name,
                safeguards: name,
                dataset: name,
                category: name,
                purposes: [name, name],
                retention: name,
                recipients: [name],
                source: name,
                columns: [name, "b"],
                withheld: [.init(column: name, reason: name)],
                rows: 1
            )
            bundle.addFile(name, [1], type: name)
            bundle.description.gaps.append(BundleGap(system: name, title: name, reason: name, sentence: name))
            bundle.description.rights.append(name)
        }
        let opened = try bundle.open()
        let names = opened.files.map(\.name)
        #expect(Set(names.map { $0.lowercased() }).count == names.count)
        #expect(names.allSatisfy { $0.wholeMatch(of: /[A-Za-z0-9._\/-]{1,120}/) != nil && !$0.contains("..") })
        #expect(names.filter { $0.hasPrefix("data/files/") }.allSatisfy { $0.hasSuffix(".bin") })
        let info = opened.text("bag-info.txt").split(separator: "\n", omittingEmptySubsequences: false)
        #expect(info.count == 8 && info.filter { $0.hasPrefix("Payload-Oxum: ") }.count == 1)
        let manifest = try opened.manifest
        let files = try #require(manifest["files"] as? [[String: Any]])
        #expect(files.map { $0["original_name"] as? String } == HostileName.all, "none is lost")
        try PageInspection(opened.text("index.html")).expectHarmless(links: Set(names))
        for (index, _) in HostileName.all.enumerated() {
            let csv = try opened.only("data/csv/\(String(10_001 + index).dropFirst())-")
            #expect(Spreadsheet.formulas(in: String(decoding: csv.content, as: UTF8.self)).isEmpty)
        }
        try BagInspection.expectValid(opened)
    }

    @Test("leaves a page of nothing but text, tables and links to its own files")
    func page() throws {
        let opened = try Self.opened.get()
        try PageInspection(opened.text("index.html")).expectHarmless(links: Set(opened.files.map(\.name)))
    }
}

/// Reads CSV as badly as programs do.
enum Spreadsheet {
    /// What any of them could take for a formula: pieces between separators that begin with a sign of one, once what they strip is
    /// gone, and are no number.
    static func formulas(in text: String) -> [String] {
        let lineEnds: Set<Unicode.Scalar> = ["\r", "\n"]
        let stripped = CharacterSet(charactersIn: "\"' \u{A0}\u{FEFF}\u{200B}\u{FFFD}")
        var found: [String] = []
        for separators: Set<Unicode.Scalar> in [[";"], ["\t"], []] {
            for piece in text.unicodeScalars.split(whereSeparator: { lineEnds.contains($0) || separators.contains($0) })
            {
                // The apostrophe is what helps, so it is not stripped in front of a sign.
                let piece = String(String.UnicodeScalarView(piece)).drop { character in
                    character != "'" && character.unicodeScalars.allSatisfy { stripped.contains($0) }
                }
                guard let first = piece.unicodeScalars.first,
                    "=+-@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars.contains(first)
                else { continue }
                if piece.wholeMatch(of: /-[0-9.eE]+("?,.*|")?/.dotMatchesNewlines()) != nil { continue }
                found.append(String(piece))
            }
        }
        return found
    }
}

/// Numbers that look like chance and are the same each time.
struct Sequence64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
