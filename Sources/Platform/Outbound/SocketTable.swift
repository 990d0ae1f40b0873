import Glibc

/// The library's open sockets. It outlives every call, because the library closes sockets when it likes.
///
/// Touched by the client's thread only, and at the very end by whoever lets go of it last.
final class SocketTable {
    private var descriptors: Set<Int32> = []

    /// A new socket, or -1.
    func open(family: Int32, type: Int32, protocol number: Int32) -> Int32 {
        let descriptor = socket(family, type | Int32(SOCK_CLOEXEC.rawValue), number)
        if descriptor >= 0 { descriptors.insert(descriptor) }
        return descriptor
    }

    func close(_ descriptor: Int32) -> Int32 {
        descriptors.remove(descriptor)
        return Glibc.close(descriptor)
    }

    /// Ends the conversation on the sockets with that local port, or on all: the library would say good-bye and wait for
    /// the answer, on the thread of everybody.
    func shutDown(localPort: Int32? = nil) {
        for descriptor in descriptors where localPort == nil || Self.localPort(of: descriptor) == localPort {
            shutdown(descriptor, Int32(SHUT_RDWR))
        }
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
