import CLibArchive

/// Writes a zip archive as a stream: one entry after the other, each as long as it turns out to be.
///
/// The archive is **reproducible**: the same calls give the same bytes, whoever runs the process, in whatever time zone and
/// locale, with the same versions of libarchive and zlib. Entries are regular files of mode 0644 that belong to user and
/// group 0, with times in UTC. They may have any size, and so may the archive.
///
/// What is written is kept for no longer than it takes to fill a block of 64 KiB for the sink; memory grows with the number
/// of entries, by some hundred bytes each, and not with their sizes.
///
/// Not thread-safe, and every call runs to its end on the caller's thread, the sink within it. A writer that is dropped
/// before ``finish()`` gives the sink nothing more; what it was given is no archive.
public final class ZipWriter {
    private enum State {
        case betweenEntries
        case inEntry
        case finished
        case broken

        /// Why what was called for is not possible now.
        var refusal: ArchiveError.Code {
            switch self {
            case .betweenEntries: .noEntry
            case .inEntry: .entryOpen
            case .finished: .finished
            case .broken: .broken
            }
        }
    }

    private static let levels = 1...9
    private static let mode: mode_t = 0o100644
    /// How much the library is given at once: it takes no more than 31 bits can count, and notices late that the sink failed.
    private static let pieceSize = 1 << 20

    private let archive: OpaquePointer
    private let output: ZipOutput
    private var names = TakenNames()
    private var state = State.betweenEntries

    /// - Parameters:
    ///   - level: of deflate, from 1, the fastest, to 9, the smallest.
    ///   - sink: gets the archive's bytes in their order, in blocks that are good until it returns. What it throws is what
    ///     the call that led to it throws. It may not call the writer.
    /// - Throws: ``ArchiveError`` with the code `level` or `library`.
    public init(level: Int = 1, sink: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
        guard Self.levels.contains(level) else { throw ArchiveError(.level) }
        guard let archive = archive_write_new() else { throw ArchiveError(.library) }
        self.archive = archive
        output = ZipOutput(sink)
        try call { archive_write_set_format_zip($0) }
        try call { archive_write_set_format_option($0, "zip", "compression-level", String(level)) }
        // The output has a block of its own; another one before it would only have to be copied.
        try call { archive_write_set_bytes_per_block($0, 0) }
        let context = Unmanaged.passUnretained(output).toOpaque()
        try call {
            archive_write_open(
                $0,
                context,
                nil,
                { _, context, bytes, count in
                    guard let context, let bytes else { return -1 }
                    let output = Unmanaged<ZipOutput>.fromOpaque(context).takeUnretainedValue()
                    output.take(UnsafeRawBufferPointer(start: bytes, count: count))
                    return count
                },
                nil
            )
        }
    }

    deinit {
        // Ends what is open, and only so does the library give everything back.
        output.abandon()
        archive_write_free(archive)
    }

    /// Begins an entry.
    ///
    /// - Parameters:
    ///   - name: a valid ``ArchiveName``, unique in the archive without regard to case.
    ///   - time: when the entry was last changed, in Unix seconds, of the years 1980 to 2107. The headers tell it in UTC and
    ///     in steps of two seconds; until January 2038 an extra field tells it to the second.
    ///   - isStored: whether the content is left as it is, for what is compressed already.
    /// - Throws: ``ArchiveError`` with the code `name`, `taken` or `time`, after which the writer goes on as if nothing had
    ///   been asked; `entryOpen`, `finished`, `broken` or `library`; or the sink's error.
    public func begin(_ name: String, time: Int64, isStored: Bool = false) throws {
        try require(.betweenEntries)
        guard ArchiveName.isValid(name) else { throw ArchiveError(.name) }
        guard let headerTime = DOSTime(unixSeconds: time) else { throw ArchiveError(.time) }
        guard names.take(name) else { throw ArchiveError(.taken) }
        let entry = archive_entry_new()
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, name)
        archive_entry_set_mode(entry, Self.mode)
        archive_entry_set_uid(entry, 0)
        archive_entry_set_gid(entry, 0)
        // The extra field has 32 bits, and what unpacks takes the last of them for a sign.
        if time <= Int32.max { archive_entry_set_mtime(entry, time_t(time), 0) }
        try call {
            isStored ? archive_write_zip_set_compression_store($0) : archive_write_zip_set_compression_deflate($0)
        }
        output.beginEntry(headerTime)
        try call { archive_write_header($0, entry) }
        state = .inEntry
    }

    /// Writes the next bytes of the entry that was begun last.
    ///
    /// - Throws: ``ArchiveError`` with the code `noEntry`, `finished`, `broken` or `library`, or the sink's error.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        try require(.inEntry)
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.pieceSize))
            try call {
                let taken = archive_write_data($0, piece.baseAddress, piece.count)
                return taken == piece.count ? ARCHIVE_OK : ARCHIVE_FATAL
            }
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Ends the entry that was begun last.
    ///
    /// - Throws: ``ArchiveError`` with the code `noEntry`, `finished`, `broken` or `library`, or the sink's error.
    public func end() throws {
        try require(.inEntry)
        try call { archive_write_finish_entry($0) }
        state = .betweenEntries
    }

    /// Completes the archive: the sink has all of it when this returns. An archive without entries is one, too.
    ///
    /// - Throws: ``ArchiveError`` with the code `entryOpen`, `finished`, `broken` or `library`, or the sink's error.
    public func finish() throws {
        try require(.betweenEntries)
        output.beginDirectory()
        try call {
            let result = archive_write_close($0)
            output.flush()
            return result
        }
        state = .finished
    }

    private func require(_ wanted: State) throws {
        guard state == wanted else { throw ArchiveError(state.refusal) }
    }

    /// Calls the library, and throws what became of that or of what it wrote.
    private func call(_ body: (OpaquePointer) -> Int32) throws {
        let result = body(archive)
        if let failure = output.failure {
            state = .broken
            throw failure
        }
        guard result == ARCHIVE_OK else {
            state = .broken
            output.abandon()
            throw ArchiveError(.library, libraryCode: Int(archive_errno(archive)))
        }
    }
}
