/// What the library writes, on its way to the sink: gathered into blocks, the times in the headers set right.
///
/// The library is never told that the sink failed, because it would then keep what it holds of the compressor for ever. What
/// it writes after that is thrown away, and ``failure`` says why.
final class ZipOutput {
    private static let blockSize = 64 << 10

    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockSize, alignment: 16)
    private var used = 0
    private var times = HeaderTimes()
    private(set) var failure: (any Error)?
    private var isAbandoned = false

    init(_ sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.sink = sink
    }

    deinit {
        block.deallocate()
    }

    /// What the library writes next is the header of an entry.
    func beginEntry(_ time: DOSTime) { times.beginEntry(time) }

    /// What the library writes next is the directory of all entries.
    func beginDirectory() { times.beginDirectory() }

    /// The sink is given nothing more.
    func abandon() { isAbandoned = true }

    func take(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty, !isAbandoned {
            let count = min(rest.count, block.count - used)
            let place = UnsafeMutableRawBufferPointer(rebasing: block[used..<(used + count)])
            place.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
            times.correct(place)
            used += count
            rest = rest.dropFirst(count)
            if used == block.count { flush() }
        }
    }

    /// Gives the sink what has been gathered.
    func flush() {
        guard used > 0, !isAbandoned else { return }
        do {
            try sink(UnsafeRawBufferPointer(rebasing: block[..<used]))
        } catch {
            failure = error
            abandon()
        }
        used = 0
    }
}
