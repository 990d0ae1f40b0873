import Archive
import Testing

struct ArchiveNameTests {
    private static let segment = String(repeating: "s", count: 100)

    @Test(
        "Names that every system unpacks are good",
        arguments: [
            "a", "A-1_b.json", "data/orders.csv", ".well-known", "..a", "-", "_", "a/b/c/d/e/f", "con-1", "console.txt",
            "com", "com10", "lpt.1", "xcon", segment, "\(segment)/\(segment)/\(segment.prefix(53))",
        ]
    )
    func good(name: String) throws {
        #expect(ArchiveName.isValid(name))
        #expect(name.utf8.count <= ArchiveName.longestName)
        let archive = try ZipWriter.bytes { try $0.add(name, "x") }
        #expect(try ArchiveReading.read(archive).entries.map(\.name) == [name])
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "/", "/a", "a/", "a//b", ".", "..", "a/.", "a/..", "../a", "a/../b", "./a", "...", "a.", "a./b", "a b",
            "a\\b", "C:a", "ä", "a\u{308}", "ａ", "٣", "a*", "a?", "con", "CON", "Con.txt", "x/aux",
            "prn.tar.gz", "nul/x", "NUL.", "com1", "COM9.log", "lpt1", "LPT0.x", "\(segment)s", "x/\(segment)s/x",
            "\(segment)/\(segment)/\(segment.prefix(54))",
        ]
    )
    func bad(name: String) throws {
        #expect(!ArchiveName.isValid(name))
        let archive = try ZipWriter.bytes { writer in
            #expect(throws: ArchiveError(.name)) { try writer.begin(name, time: 1_795_384_643) }
        }
        #expect(archive.count == 22)
    }

    @Test("Of ASCII, letters, digits and four marks are good")
    func characters() {
        let good = (UInt8(0)..<128).map { String(UnicodeScalar($0)) }.filter { ArchiveName.isValid("x\($0)x") }
        #expect(good.joined() == "-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
    }

    @Test(
        "A name is given once, without regard to case, and is not both file and folder",
        arguments: [
            ("a", "a"), ("data/Orders.json", "DATA/orders.JSON"), ("a/b", "a"), ("a", "a/b"), ("A", "a/b/c"),
            ("x/Y/z", "X/y"),
        ]
    )
    func taken(first: String, second: String) throws {
        let archive = try ZipWriter.bytes { writer in
            try writer.add(first, "x")
            #expect(throws: ArchiveError(.taken)) { try writer.begin(second, time: 1_795_384_643) }
            try writer.add("other", "x")
        }
        #expect(try ArchiveReading.read(archive).entries.map(\.name) == [first, "other"])
    }

    @Test("Names that only begin alike don't disturb each other")
    func neighbours() throws {
        let names = ["a/b", "a/bc", "a/b.c", "ab", "a-/b", "b/a", "A/c"]
        let archive = try ZipWriter.bytes { writer in for name in names { try writer.add(name, "x") } }
        #expect(try ArchiveReading.read(archive).entries.map(\.name) == names)
    }
}
