/// What became of a section: the files it is in, and how they differ from what the source gave.
struct WrittenSection: Sendable, Hashable {
    /// Nil where there are no rows.
    var json: BagFile?
    var csv: [CSVWriter.Part] = []
    /// Columns of the CSV that have other cells than the JSON.
    var changes: [CSVWriter.Changes] = []
    /// Rows with members that are no columns, and are in the JSON only.
    var rowsWithOthers = 0
    /// Rows that the page shows.
    var shownRows = 0

    var changedCells: Int { changes.map(\.cells).reduce(0, +) }
}
