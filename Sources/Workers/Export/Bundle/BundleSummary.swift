/// What has been written, for the ledger: numbers and digests.
struct BundleSummary: Sendable, Hashable {
    struct Section: Sendable, Hashable {
        let rows: Int
        /// Of its JSON.
        let bytes: Int
        /// Of all its CSV files.
        let csvBytes: Int
        /// Rows that the page shows.
        let shownRows: Int
        /// Cells of the CSV that were made harmless, replaced in part or shortened.
        let changedCells: Int
    }

    /// In the order of ``BundleDescription/sections``.
    let sections: [Section]
    /// Files in the archive.
    let entries: Int
    /// Files below `data/`, and the bytes in them.
    let payloadFiles: Int
    let payloadBytes: Int
    /// Of `manifest.json`, which holds the digests of all files below `data/`; hexadecimal.
    let manifestSHA256: String
    /// Over the bytes of `manifest.json`: 64 bytes.
    let signature: [UInt8]

    var rows: Int { sections.map(\.rows).reduce(0, +) }
}
