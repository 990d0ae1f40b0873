import Glibc

/// The library's open sockets. It outlives every call, because the library closes sockets when it likes.
///
/// Touched by the client's thread only, and at the very end by whoever lets go of it last.
final class SocketTable {
    /// A number that never comes again, as descriptors do.
    typealias Serial = Int

    private var open: [Int32: Serial] = [:]
    private var lastSerial = 0

    /// A new socket; nil when there is none to be had.
    func open(family: Int32, type: Int32, protocol number: Int32) -> (descriptor: Int32, serial: Serial)? {
        let descriptor = socket(family, type | Int32(SOCK_CLOEXEC.rawValue), number)
        guard descriptor >= 0 else { return nil }
        lastSerial += 1
        open[descriptor] = lastSerial
        return (descriptor, lastSerial)
    }

    func close(_ descriptor: Int32) -> Int32 {
        open[descriptor] = nil
        return Glibc.close(descriptor)
    }

    /// Ends the conversation on sockets that are still open: on those of some numbers, and on the one with a local port.
    ///
    /// Else the library would end it in its own way and wait for an answer, on the thread of everybody.
    func shutDown(_ serials: Set<Serial>, localPort: Int32) {
        for (descriptor, serial) in open
        where serials.contains(serial) || (localPort != 0 && Self.localPort(of: descriptor) == localPort) {
            shutdown(descriptor, Int32(SHUT_RDWR))
        }
    }

    func shutDownAll() {
        for descriptor in open.keys { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    private static func localPort(of descriptor: Int32) -> Int32? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress,
                getsockname(descriptor, start.assumingMemoryBound(to: sockaddr.self), &length) == 0
            else { return nil }
            // Both families have the port right behind the family.
            return Int32(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        }
    }
}
