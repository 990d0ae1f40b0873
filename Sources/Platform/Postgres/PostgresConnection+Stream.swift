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
    public nonisolated(nonsending) func streamPages(
        _ sql: SQL,
        fetch: Int = 1000,
        _ body: nonisolated(nonsending) (Rows) async throws -> Void
    ) async throws {
        if await isInTransaction {
            try await readCursor(sql, fetch: fetch, body)
        } else {
            try await transaction { connection in
                try await connection.readCursor(sql, fetch: fetch, body)
            }
        }
    }

    private nonisolated(nonsending) func readCursor(
        _ sql: SQL,
        fetch: Int,
        _ body: nonisolated(nonsending) (Rows) async throws -> Void
    ) async throws {
        let cursor = await nextCursor()
        let next: SQL = "FETCH \(raw: String(max(1, fetch))) FROM \(raw: cursor)"
        var page = try await pipeline(["DECLARE \(raw: cursor) NO SCROLL CURSOR FOR \(sql)", next])[1]
        while !page.isEmpty {
            try await body(page)
            if page.count < fetch { break }
            page = try await query(next)
        }
        _ = try await query("CLOSE \(raw: cursor)")
    }

    /// A name of its own for each stream: they nest, and an outer one may outlive any number of inner ones. The statement cache
    /// is bounded and forgets the old names.
    private func nextCursor() -> String {
        cursorCount += 1
        return "stream_\(cursorCount)"
    }
}
