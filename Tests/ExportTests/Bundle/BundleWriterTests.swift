import Archive
import Foundation
import Rights
import Synchronization
import TestKit
import Testing

@testable import Export

@Suite("A bundle", .timeLimit(.minutes(3)))
struct BundleWriterTests {
    static func rows(_ count: Int) -> [String] {
        (1...count).map { #"{"id":\#($0),"subject":"Ticket \#($0)","open":\#($0 % 2 == 0),"note":null}"# }
    }

    static func sample() -> SampleBundle {
        var bundle = SampleBundle()
        bundle.add(["id", "subject", "open", "note"], rows(7))
        bundle.add(["a"], [], dataset: "public.notes")
        bundle.addFile("Vertrag (final).pdf", Array("%PDF-1.7".utf8))
        bundle.description.gaps = [
            BundleGap(system: "crm", title: "CRM", reason: "failed", sentence: "The system could not be asked.")
        ]
        bundle.description.sections[0].withheld = [.init(column: "agent_notes", reason: "About other people.")]
        bundle.description.rights = ["You can ask for correction."]
        bundle.description.complaints = ["Berliner Beauftragte für Datenschutz"]
        bundle.description.automatedDecisions = ["None."]
        return bundle
    }

    @Test("has the files of a bag, and in them what was given")
    func contents() throws {
        let (zip, summary) = try Self.sample().write()
        let opened = try OpenedBundle(zip)
        #expect(
            opened.files.map(\.name) == [
                "bagit.txt", "data/json/0001-public-tickets.jsonl", "data/csv/0001-public-tickets-1.csv",
                "data/files/0001.pdf", "index.html", "manifest.json", "manifest.json.sig", "public-key.pem",
                "bag-info.txt", "manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt",
                "tagmanifest-sha512.txt",
            ]
        )
        #expect(opened.text("data/json/0001-public-tickets.jsonl") == Self.rows(7).map { $0 + "\n" }.joined())
        #expect(
            opened.text("data/csv/0001-public-tickets-1.csv").hasPrefix(
                "\u{FEFF}\"id\",\"subject\",\"open\",\"note\"\r\n1,\"Ticket 1\",false,\r\n"
            )
        )
        #expect(opened.text("data/files/0001.pdf") == "%PDF-1.7")
        #expect(opened.text("bagit.txt") == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        #expect(opened.text("bag-info.txt").contains("Bagging-Date: 2025-11-29\nPayload-Oxum: "))
        #expect(
            summary.rows == 7 && summary.sections.map(\.shownRows) == [7, 0] && summary.sections[0].changedCells == 0
        )
        #expect(summary.entries == 13 && summary.payloadFiles == 3)
    }

    @Test("tells machines what GDPR Art. 15(1) asks for of every set of data, and of every file")
    func manifest() throws {
        let manifest = try Self.sample().open().manifest
        let sections = try #require(manifest["sections"] as? [[String: Any]])
        let first = sections[0]
        #expect(first["system"] as? String == "desk" && first["dataset"] as? String == "public.tickets")
        #expect(
            first["category"] as? String == "support_requests"
                && first["purposes"] as? [String] == ["support", "billing"]
        )
        #expect(first["retention"] as? String == "3 years after the last contact")
        #expect(
            first["recipients"] as? [String] == ["Mailer Inc"] && first["source"] != nil && first["rows"] as? Int == 7
        )
        #expect((first["withheld"] as? [[String: Any]])?.first?["column"] as? String == "agent_notes")
        #expect(sections[1]["rows"] as? Int == 0 && sections[1]["json"] == nil && sections[1]["csv"] == nil)
        let file = try #require((manifest["files"] as? [[String: Any]])?.first)
        #expect(
            file["original_name"] as? String == "Vertrag (final).pdf"
                && file["name"] as? String == "data/files/0001.pdf"
        )
        let gap = try #require((manifest["gaps"] as? [[String: Any]])?.first)
        #expect(gap["system"] as? String == "crm" && gap["reason"] as? String == "failed")
        #expect(manifest["complaints"] as? [String] == ["Berliner Beauftragte für Datenschutz"])
        #expect(
            manifest["submitted_on"] as? String == "2025-11-08"
                && manifest["as_of"] as? String == "2025-11-29T16:00:00Z"
        )
    }

    @Test("the same data give the same bytes, in whatever blocks they come, and other data others")
    func stable() throws {
        var bundle = Self.sample()
        // More than all blocks of the thread together.
        bundle.add(
            ["id", "text"],
            (0..<6_000).map { #"{"id":\#($0),"text":"\#(String(repeating: "ab\($0)", count: 80))"}"# }
        )
        let first = try bundle.write()
        bundle.linesOfBlock = 1_000
        let again = try bundle.write()
        #expect(first.zip == again.zip && first.summary == again.summary)
        bundle.lines[0][0] = Self.rows(9)[8]
        let other = try bundle.write()
        #expect(other.zip != first.zip && other.summary.manifestSHA256 != first.summary.manifestSHA256)
    }

    @Test("CSV goes on in a new file after so many rows, each with the names on top")
    func split() throws {
        var bundle = SampleBundle()
        bundle.limits.rowsOfCSV = 3
        bundle.add(["id", "subject"], Self.rows(7))
        bundle.add(["id"], Self.rows(3), dataset: "public.three")
        let opened = try bundle.open()
        for (part, rows) in [(1, ["1", "2", "3"]), (2, ["4", "5", "6"]), (3, ["7"])] {
            let table = try opened.table("data/csv/0001-public-tickets-\(part).csv")
            #expect(table[0] == ["id", "subject"] && table.dropFirst().map { $0[0] } == rows)
        }
        let sections = try #require(try opened.manifest["sections"] as? [[String: Any]])
        #expect((sections[0]["csv"] as? [[String: Any]])?.map { $0["rows"] as? Int } == [3, 3, 1])
        #expect((sections[1]["csv"] as? [[String: Any]])?.count == 1, "a full file is not followed by an empty one")
    }

    @Test("shows the first thousand rows, and says how many there are")
    func firstRows() throws {
        var bundle = SampleBundle()
        bundle.add(["id", "subject"], Self.rows(1_003))
        let (zip, summary) = try bundle.write()
        let page = try OpenedBundle(zip).text("index.html")
        #expect(summary.sections[0].shownRows == 1_000)
        #expect(page.contains("<td>Ticket 1000</td>") && !page.contains("Ticket 1001"))
        #expect(page.contains("Rows shown: 1,000 of 1,003"))
        #expect(page.contains(#"<a href="data/json/0001-public-tickets.jsonl" download>JSON</a>"#))
    }

    @Test("shortens what is long on the page, stops where a section has had its share, and keeps all in the JSON")
    func longValues() throws {
        var bundle = SampleBundle()
        let long = String(repeating: "x", count: 40_000)
        bundle.add(["text"], [#"{"text":"\#(long)"}"#])
        let columns = (0..<60).map { "c\($0)" }
        let wide =
            "{" + columns.map { "\"\($0)\":\"\(String(repeating: "<", count: 500))\"" }.joined(separator: ",") + "}"
        bundle.add(columns, Array(repeating: wide, count: 50), dataset: "wide")
        let (zip, summary) = try bundle.write()
        let opened = try OpenedBundle(zip)
        let page = opened.text("index.html")
        #expect(page.contains("<td>\(String(repeating: "x", count: 500))\u{2026}</td>"))
        #expect(page.contains("The JSON has them whole."))
        #expect(opened.text("data/json/0001-public-tickets.jsonl").contains(long))
        #expect(try opened.table("data/csv/0001-public-tickets-1.csv")[1][0].count == CellText.limit + 1)
        #expect((30..<50) ~= summary.sections[1].shownRows, "4 MiB of rows of 120,000 bytes")
        let changes = try #require(
            (try opened.manifest["sections"] as? [[String: Any]])?[0]["csv_changes"] as? [[String: Any]]
        )
        #expect(changes.first?["shortened"] as? Int == 1 && changes.first?["column"] as? String == "text")
    }

    @Test("of nothing is a bag, too")
    func nothing() throws {
        let opened = try SampleBundle().open()
        #expect(opened.text("data/nothing.txt") == "No data were found.\n")
        #expect(opened.text("bag-info.txt").contains("Payload-Oxum: 20.1\n"))
    }

    @Test("fewer rows than promised, none, more, or one that is no object fail it, by the number of the section")
    func refused() throws {
        func error(_ lines: [String], rows: Int) -> BundleError? {
            var bundle = SampleBundle()
            bundle.add(["id"], Self.rows(1), dataset: "first")
            bundle.add(["id"], lines, rows: rows)
            return #expect(throws: BundleError.self) { try bundle.write() }
        }
        #expect(error([], rows: 1) == BundleError(.rows, 2))
        #expect(error(Self.rows(2), rows: 3) == BundleError(.rows, 2))
        #expect(error(Self.rows(3), rows: 2) == BundleError(.rows, 2))
        #expect(error(Self.rows(1), rows: 0) == BundleError(.rows, 2))
        #expect(error(["[1]"], rows: 1) == BundleError(.line, 2))
        #expect(error([""], rows: 1) == BundleError(.line, 2))
        #expect(error([#"{"id":1}{"id":2}"#], rows: 1) == BundleError(.line, 2))
    }

    @Test("a file with other bytes than promised fails it, and one of no section is not begun")
    func files() throws {
        for size in [0, 2, 4] {
            var bundle = SampleBundle()
            bundle.add(["id"], Self.rows(1))
            bundle.addFile("a", [1, 2, 3], size: size)
            #expect(throws: BundleError(.size, 1)) { try bundle.write() }
        }
        var bundle = SampleBundle()
        bundle.addFile("a", [1])
        #expect(throws: BundleError(.section, 1)) { try bundle.write() }
    }

    @Test(
        "a source that changes its mind fails it",
        arguments: ["{\"id\":2}\n{\"id\":3}\n", "{\"id\":23}\n", "{\"id\":2"]
    )
    func changed(_ second: String) throws {
        /// Gives this from the second reading on.
        final class Fickle: BundleSource {
            let readings = Mutex(0)
            let second: String

            init(_ second: String) { self.second = second }

            func lines(of section: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
                let reading = readings.withLock { readings in
                    readings += 1
                    return readings
                }
                try Array((reading == 1 ? "{\"id\":1}\n" : second).utf8).withUnsafeBytes(body)
            }

            func bytes(of file: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {}
        }
        var bundle = SampleBundle()
        bundle.add(["id"], Self.rows(1))
        let writer = BundleWriter(try ZipWriter { _ in }, signer: try SampleBundle.signer, bundle.description)
        #expect(throws: BundleError(.changed, 1)) { try writer.run(Fickle(second)) }
    }

    private struct Full: Error {}

    @Test("what the archive's sink throws ends it, also while it is far behind")
    func sinkFails() throws {
        var bundle = SampleBundle()
        let text = (0..<100_000).map { String($0 &* 2_654_435_761 % 1_000_003, radix: 36) }.joined()
        bundle.add([], Array(repeating: #"{"text":"\#(text)"}"#, count: 20))
        for limit in [0, 100_000, 500_000] {
            var written = 0
            let zip = try ZipWriter { bytes in
                written += bytes.count
                if written > limit { throw Full() }
            }
            let writer = BundleWriter(zip, signer: try SampleBundle.signer, bundle.description)
            #expect(throws: Full.self) { try writer.run(bundle) }
        }
    }

    @Test("ends soon after nobody wants it any more")
    func cancelled() throws {
        var bundle = SampleBundle()
        bundle.add([], Array(repeating: #"{"text":"\#(String(repeating: "x", count: 300_000))"}"#, count: 40))
        for blocks in [0, 1, 20] {
            var asked = 0
            let writer = BundleWriter(
                try ZipWriter { _ in },
                signer: try SampleBundle.signer,
                bundle.description
            ) {
                asked += 1
                return asked > blocks
            }
            #expect(throws: BundleError(.cancelled)) { try writer.run(bundle) }
            #expect(asked == blocks + 1)
        }
    }
}
