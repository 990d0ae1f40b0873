/// Facts about one thing, a line each, the names aligned. What is absent or empty is left out.
struct Sheet {
    private let facts: [(String, String)]

    init(_ facts: [(String, String?)]) {
        self.facts = facts.compactMap { name, value in
            guard let value, !value.isEmpty else { return nil }
            return (name, TextTable.printable(value))
        }
    }

    var lines: [String] {
        let width = facts.map(\.0.count).max() ?? 0
        return facts.map { name, value in name + String(repeating: " ", count: width - name.count + 2) + value }
    }
}

extension StandardOutput {
    static func write(_ sheet: Sheet) {
        for line in sheet.lines { write(line) }
    }
}
