import Rights

/// The rows of a section as CSV (RFC 4180): comma, CRLF, a line of names on top of every file, a new file every so many rows.
///
/// Each file begins with a byte-order mark: without it Excel reads UTF-8 as the code page of the country, with it both Excel
/// and LibreOffice read it right. Null is an empty cell, an empty text is `""`. Cells are as ``CellText`` writes them.
final class CSVWriter {
    struct Part: Sendable, Hashable {
        let file: BagFile
        let rows: Int
    }

    /// Cells of one column that are not what the JSON has.
    struct Changes: Sendable, Hashable {
        let column: String
        var cells = 0
        var madeHarmless = 0
        var replaced = 0
        var shortened = 0
        /// The first such row, from 1.
        var firstRow = 0
    }

    private static let bufferSize = 256 << 10

    private let bag: BagWriter
    private let reader: LineReader
    private let rowLimit: Int
    private let nameOfPart: (Int) -> String
    private let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: CSVWriter.bufferSize)
    private var place: UnsafeMutablePointer<UInt8>
    private var rowsOfPart = 0
    private(set) var parts: [Part] = []
    private(set) var rows = 0
    /// Rows with members that are no columns.
    private(set) var rowsWithOthers = 0
    private var tallies: [Changes]

    /// - Parameters:
    ///   - columns: at least one.
    ///   - rowLimit: of one file.
    ///   - nameOfPart: from 1.
    init(_ bag: BagWriter, columns: [String], rowLimit: Int, nameOfPart: @escaping (Int) -> String) {
        self.bag = bag
        self.rowLimit = rowLimit
        self.nameOfPart = nameOfPart
        reader = LineReader(columns)
        tallies = columns.map { Changes(column: $0) }
        place = buffer
    }

    deinit { buffer.deallocate() }

    /// Columns in which cells were changed.
    var changes: [Changes] { tallies.filter { $0.cells > 0 } }

    /// Writes a block of whole lines, which ends with LF. Throws ``LineReader/Fault`` where one is no object.
    func write(_ block: UnsafeRawBufferPointer) throws {
        let bytes = block.assumingMemoryBound(to: UInt8.self)
        guard var line = bytes.baseAddress else { return }
        let end = line + bytes.count
        while line < end {
            line = try reader.read(line, end)
            if rowsOfPart == rowLimit { try endPart() }
            if rowsOfPart == 0 { try beginPart() }
            rows += 1
            rowsOfPart += 1
            if reader.hasOthers { rowsWithOthers += 1 }
            try writeRow()
        }
    }

    /// Ends the last file.
    func close() throws {
        if rowsOfPart > 0 { try endPart() }
    }

    private func writeRow() throws {
        let count = reader.columns.count
        for column in 0..<count {
            try makeRoom()
            if column > 0 { put(UInt8(ascii: ",")) }
            var changes = CellText.Changes()
            let start = place
            place = CellText.write(reader[column], to: place, &changes)
            if !changes.isEmpty { tally(column, changes) }
            // A line without a byte is no row to some readers.
            if count == 1, place == start { put("\"\"") }
        }
        put("\r\n")
    }

    private func tally(_ column: Int, _ changes: CellText.Changes) {
        if changes.contains(.madeHarmless) { tallies[column].madeHarmless += 1 }
        if changes.contains(.replaced) { tallies[column].replaced += 1 }
        if changes.contains(.shortened) { tallies[column].shortened += 1 }
        if tallies[column].cells == 0 { tallies[column].firstRow = rows }
        tallies[column].cells += 1
    }

    private func beginPart() throws {
        try bag.begin(nameOfPart(parts.count + 1))
        put("\u{FEFF}")
        for (index, name) in reader.columns.names.enumerated() {
            try makeRoom()
            if index > 0 { put(UInt8(ascii: ",")) }
            var json = JSONWriter(capacity: name.utf8.count + 8)
            json.string(name)
            json.bytes.withUnsafeBufferPointer { text in
                guard let start = text.baseAddress else { return }
                let cell = LineReader.Cell(kind: .string, isEscaped: true, start: start + 1, count: text.count - 2)
                var changes = CellText.Changes()
                place = CellText.write(cell, to: place, &changes)
            }
        }
        put("\r\n")
    }

    private func endPart() throws {
        try flush()
        parts.append(Part(file: try bag.end(), rows: rowsOfPart))
        rowsOfPart = 0
    }

    /// For one more cell and what stands around it.
    @inline(__always)
    private func makeRoom() throws {
        if place - buffer > Self.bufferSize - CellText.room - 8 { try flush() }
    }

    private func flush() throws {
        let written = UnsafeRawBufferPointer(start: buffer, count: place - buffer)
        place = buffer
        if !written.isEmpty { try bag.write(written) }
    }

    private func put(_ byte: UInt8) {
        place.initialize(to: byte)
        place += 1
    }

    private func put(_ text: StaticString) {
        place.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        place += text.utf8CodeUnitCount
    }
}
