import FoundationEssentials
import Rights
import Testing
import Yams

extension HolidayAtlas {
    /// The calendars that are committed in `deploy/holidays`, read once for all tests.
    static func committed() throws -> HolidayAtlas { try HolidayAtlas(loaded.get()) }

    /// Every entry of every file, in the order of the codes.
    static func committedEntries() throws -> [Entry] { try loaded.get() }

    private static let loaded = Result { () throws -> [Entry] in
        let folder = URL(filePath: "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/"))
            .appending(path: "deploy/holidays")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().flatMap { name in
            try entries(of: String(decoding: Data(contentsOf: folder.appending(path: name)), as: UTF8.self))
        }
    }

    /// One file: the country's own days, and for each part the days it has beside or instead of them.
    private static func entries(of text: String) throws -> [Entry] {
        let file = try #require(try Yams.compose(yaml: text)?.mapping)
        func word(_ key: String, in mapping: Node.Mapping) -> String? { mapping[Node(key)]?.scalar?.string }
        func days(_ key: String, in mapping: Node.Mapping) throws -> Set<CivilDate> {
            Set(try mapping[Node(key)]?.mapping?.keys.map { try day($0.scalar?.string ?? "") } ?? [])
        }
        let code = try #require(word("country", in: file))
        let zone = try #require(word("zone", in: file))
        let bounds = try #require(file[Node("years")]?.sequence).compactMap { Int($0.scalar?.string ?? "") }
        try #require(bounds.count == 2)
        func entry(_ code: String, _ name: String?, _ zone: String, _ days: Set<CivilDate>) throws -> Entry {
            Entry(
                code: code,
                name: try #require(name),
                zone: zone,
                calendar: HolidayCalendar(years: bounds[0]..<bounds[1] + 1, days: days)
            )
        }
        let shared = try days("days", in: file)
        var entries = [try entry(code, word("name", in: file), zone, shared)]
        for part in file[Node("subdivisions")]?.mapping.map(Array.init) ?? [] {
            let own = try #require(part.value.mapping)
            let without = Set(try own[Node("without")]?.sequence?.map { try day($0.scalar?.string ?? "") } ?? [])
            try #require(without.isSubset(of: shared))
            entries.append(
                try entry(
                    part.key.scalar?.string ?? "",
                    word("name", in: own),
                    word("zone", in: own) ?? zone,
                    shared.subtracting(without).union(days("with", in: own))
                )
            )
        }
        return entries
    }
}
