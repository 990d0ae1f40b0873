import Rights

/// The columns of rows that each say their own: the members of the first rows, in the order in which they come. What later rows have
/// beside them stays in the JSON, and the manifest counts those rows.
struct BundleColumns {
    /// Rows that are looked at, and columns that a sheet is still read with.
    private static let rowLimit = 10_000
    private static let limit = 256

    private(set) var names: [String] = []
    private var seen: Set<String> = []
    private var line: [UInt8] = []
    private var rows = 0

    /// Whether more rows would change nothing.
    var isFull: Bool { rows >= Self.rowLimit || names.count >= Self.limit }

    /// Takes the next bytes, wherever they end.
    mutating func read(_ block: UnsafeRawBufferPointer) {
        var rest = block[...]
        while !isFull, let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            line.append(contentsOf: rest[..<end])
            take()
            rest = rest[(end + 1)...]
        }
        if !isFull { line.append(contentsOf: rest) }
    }

    private mutating func take() {
        defer { line.removeAll(keepingCapacity: true) }
        rows += 1
        let (document, fault) = JSONScanner.scan(line, maximumDepth: JSONDocument.maximumDepth)
        guard fault == nil, document.kind(0) == .object else { return }
        var index = 1
        while index < document.after(0), names.count < Self.limit {
            let name = document.string(index)
            if seen.insert(name).inserted { names.append(name) }
            index = document.after(index + 1)
        }
    }
}
