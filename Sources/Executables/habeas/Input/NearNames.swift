/// Names that a mistyped one may have meant: those that differ in few characters, or of which it is a part.
struct NearNames {
    let names: [String]

    /// - Parameter names: those there are; at most three of them come out, the nearest first.
    init(to wanted: String, among names: [String], most: Int = 3) {
        let wanted = wanted.lowercased()
        let reach = max(2, wanted.count / 4)
        let ranked = names.compactMap { name -> (rank: Int, name: String)? in
            let folded = name.lowercased()
            if !wanted.isEmpty, folded.contains(wanted) { return (1, name) }
            let distance = Self.distance(wanted, folded)
            return distance <= reach ? (distance, name) : nil
        }
        self.names = ranked.sorted { ($0.rank, $0.name) < ($1.rank, $1.name) }.prefix(most).map(\.name)
    }

    /// Levenshtein's: the fewest insertions, deletions and replacements that make one text of the other.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (character == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
