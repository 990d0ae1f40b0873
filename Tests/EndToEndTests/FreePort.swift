import Glibc

/// A port of the loopback address that nobody listened on a moment ago.
enum FreePort {
    struct NotToBeHad: Error {}

    static func any() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw NotToBeHad() }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, length) == 0 else { return Int32(-1) }
                return getsockname(descriptor, address, &length)
            }
        }
        guard status == 0 else { throw NotToBeHad() }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
