extension PostgresConnection {
    /// Reads a result of any size page by page through a cursor, so that memory holds one page.
    ///
    /// `body` runs where the caller runs and may use the connection meanwhile. Outside of a transaction the reading is one
    /// of its own.
    /// - Parameter fetch: rows a page and round trip.
    public nonisolated(nonsending) func stream(
        _ sql: SQL,
        fetch: Int = 1000,
        _ body: nonisolated(nonsending) (Row) async throws -> Void
    ) async throws {
        try await streamPages(sql, fetch: fetch) { page in
            for row in page { try await body(row) }
        }
    }

    /// As ``stream(_:fetch:_:)``, a page at a time.
    ///
    /// - Parameters:
    ///   - fetch: rows a page, at most.
    ///   - bytes: of memory that a page is to take, about, judged by the page before; nil: ``fetch`` alone counts.
    public nonisolated(nonsending) func streamPages(
        _ sql: SQL,
        fetch: Int = 1000,
        bytes: Int? = nil,
        _ body: nonisolated(nonsending) (Rows) async throws -> Void
    ) async throws {
        if await isInTransaction {
            try await readCursor(sql, fetch: fetch, bytes: bytes, body)
        } else {
            try await transaction { connection in
                try await connection.readCursor(sql, fetch: fetch, bytes: bytes, body)
            }
        }
    }

    private nonisolated(nonsending) func readCursor(
        _ sql: SQL,
        fetch: Int,
        bytes: Int?,
        _ body: nonisolated(nonsending) (Rows) async throws -> Void
    ) async throws {
        let cursor = await nextCursor()
        // Of rows whose size nobody knows yet, few.
        var wanted = max(1, bytes == nil ? fetch : min(fetch, Self.firstPage))
        var page = try await pipeline(["DECLARE \(raw: cursor) NO SCROLL CURSOR FOR \(sql)", next(wanted, of: cursor)])[
            1
        ]
        while !page.isEmpty {
            try await body(page)
            if page.count < wanted { break }
            if let bytes { wanted = Self.pageSize(bytes / max(1, page.memory / page.count), upTo: fetch) }
            page = try await query(next(wanted, of: cursor))
        }
        _ = try await query("CLOSE \(raw: cursor)")
    }

    private nonisolated func next(_ count: Int, of cursor: String) -> SQL {
        "FETCH \(raw: String(count)) FROM \(raw: cursor)"
    }

    private static let firstPage = 16

    /// A power of two, so that few statements are made of it.
    private static func pageSize(_ rows: Int, upTo most: Int) -> Int {
        let rows = max(1, min(rows, most))
        return 1 << (Int.bitWidth - 1 - rows.leadingZeroBitCount)
    }

    /// A name of its own for each stream: they nest, and an outer one may outlive any number of inner ones. The statement cache
    /// is bounded and forgets the old names.
    private func nextCursor() -> String {
        cursorCount += 1
        return "stream_\(cursorCount)"
    }
}
