internal import CRabbitMQ

/// Memory for what a C call is shown for its own length: texts, tables. Nothing moves until ``reset()``, so that pointers
/// into it stay good over the call, without a closure around every text.
///
/// Not thread-safe: belongs to one link.
final class Scratch {
    private static let blockSize = 64 << 10
    private var blocks: [UnsafeMutableRawBufferPointer] = []
    private var used = 0

    deinit {
        for block in blocks { block.deallocate() }
    }

    func reset() {
        used = 0
        while blocks.count > 1 { blocks.removeFirst().deallocate() }
        if let only = blocks.first, only.count > Self.blockSize { blocks.removeFirst().deallocate() }
    }

    func allocate(_ count: Int, alignment: Int = 16) -> UnsafeMutableRawPointer {
        let start = (used + alignment - 1) & ~(alignment - 1)
        if let last = blocks.last, let base = last.baseAddress, start + count <= last.count {
            used = start + count
            return base + start
        }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: max(Self.blockSize, count), alignment: 16)
        blocks.append(block)
        used = count
        // A buffer of more than zero bytes has a base address.
        return block.baseAddress.unsafelyUnwrapped
    }

    func bytes(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { bytes(UnsafeRawBufferPointer($0)) }
    }

    func bytes(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
        guard let base = source.baseAddress, !source.isEmpty else { return amqp_bytes_t(len: 0, bytes: nil) }
        let copy = allocate(source.count, alignment: 1)
        copy.copyMemory(from: base, byteCount: source.count)
        return amqp_bytes_t(len: source.count, bytes: copy)
    }
}
