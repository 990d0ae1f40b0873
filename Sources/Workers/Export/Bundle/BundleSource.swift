/// Where a bundle's contents come from. Called by the thread that runs the ``BundleWriter``, one call at a time.
protocol BundleSource {
    /// Gives the rows of a section in blocks of any size: whole lines, each one JSON object and ended by LF. May be called
    /// again, also after a call that was ended early, and gives the same bytes each time.
    ///
    /// - Parameters:
    ///   - section: index in ``BundleDescription/sections``.
    ///   - body: valid for the call only. What it throws ends the call and is thrown on; the reader of a few rows ends it so.
    func lines(of section: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws

    /// Gives the bytes of a file in blocks of any size.
    ///
    /// - Parameter file: index in ``BundleDescription/files``.
    func bytes(of file: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws
}
