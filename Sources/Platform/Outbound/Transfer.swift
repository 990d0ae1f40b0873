import CLibCurl
import Threads

/// One call, waiting or under way: the library's handle and the guard at its sockets. What the call is about, its
/// subclasses know. Touched by the client's thread only.
class Transfer {
    /// Whose call it is: closing a client ends its own calls and no others.
    final class Owner: Sendable {
        private let closed = Locked(false)

        var isClosed: Bool { closed.withLock { $0 } }

        func close() {
            closed.withLock { $0 = true }
        }
    }

    let owner: Owner
    let deadline: ContinuousClock.Instant
    private(set) var handle: UnsafeMutableRawPointer?
    private let addressGuard: AddressGuard?
    private var sockets: SocketTable?
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private var openedSockets: Set<SocketTable.Serial> = []
    private var refusal: AddressRefusal?
    /// Whether the connection is made and the request about to leave, or gone.
    private(set) var hasBegun = false
    private(set) var localPort: Int32 = 0

    /// - Parameter addressGuard: nil lets every address pass.
    init(owner: Owner, deadline: ContinuousClock.Instant, addressGuard: AddressGuard?) {
        self.owner = owner
        self.deadline = deadline
        self.addressGuard = addressGuard
    }

    deinit {
        if let handle { curl_easy_cleanup(handle) }
        for list in lists { curl_slist_free_all(list) }
    }

    /// Sets up the handle; nothing is sent before it is added to the set. The caller keeps the transfer alive until then.
    final func prepare(sockets: SocketTable) throws(OutboundError) -> UnsafeMutableRawPointer {
        guard let handle = curl_easy_init() else { throw OutboundError(.library) }
        self.handle = handle
        self.sockets = sockets
        try set(CURLOPT_NOSIGNAL, 1)
        // Else removing a call whose name is still being looked up would wait for the resolver, on the thread of everybody.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_PROXY, "")  // an empty text, not none: else the environment would choose one
        try set(CURLOPT_NOPROXY, "")
        try set(CURLOPT_NETRC, 0)
        try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_TIMEOUT_MS, Self.milliseconds(deadline - .now))
        let context = Unmanaged.passUnretained(self).toOpaque()
        try check(shim_easy_set_open_socket(handle, Self.onOpen))
        try check(shim_easy_set_pointer(handle, CURLOPT_OPENSOCKETDATA, context))
        try check(shim_easy_set_close_socket(handle, Self.onClose))
        try check(
            shim_easy_set_pointer(handle, CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(sockets).toOpaque())
        )
        try check(shim_easy_set_before_request(handle, Self.beforeRequest))
        try check(shim_easy_set_pointer(handle, CURLOPT_PREREQDATA, context))
        try check(shim_easy_set_data_callback(handle, CURLOPT_WRITEFUNCTION, Self.onBody))
        try check(shim_easy_set_pointer(handle, CURLOPT_WRITEDATA, context))
        try check(shim_easy_set_data_callback(handle, CURLOPT_HEADERFUNCTION, Self.onHeader))
        try check(shim_easy_set_pointer(handle, CURLOPT_HEADERDATA, context))
        try check(shim_easy_set_data_callback(handle, CURLOPT_READFUNCTION, Self.onRead))
        try check(shim_easy_set_pointer(handle, CURLOPT_READDATA, context))
        try configure()
        return handle
    }

    // MARK: For subclasses

    /// Sets what the call is about.
    func configure() throws(OutboundError) {}

    /// How much was taken; anything but all of it makes the library end the transfer.
    func take(body chunk: UnsafeRawBufferPointer) -> Int { chunk.count }
    func take(header line: UnsafeRawBufferPointer) -> Int { line.count }

    /// The next bytes of what is sent; 0 is the end.
    func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int { 0 }

    /// The library is done.
    func finish(_ result: CURLcode) {}

    /// The call is about to be taken from the library before it is done.
    func abandon() {}

    /// There will be no reply.
    func fail(_ error: any Error) {}

    /// Asked once more before a request is sent on a connection, new or kept from another call.
    func mayUseConnection() -> Bool { true }

    /// Whether the peer may act on it although no answer comes.
    var mayHaveActed: Bool { hasBegun }

    final func error(for result: CURLcode) -> OutboundError {
        // With one address tried and another refused, it was the first that failed.
        if let refusal, openedSockets.isEmpty || result == CURLE_ABORTED_BY_CALLBACK {
            return OutboundError(.address, refusal: refusal)
        }
        return OutboundError(result: result, mayHaveActed: mayHaveActed)
    }

    /// Says nothing more to the peer, whatever the library has in mind.
    final func shutDownConnection() {
        sockets?.shutDown(openedSockets, localPort: localPort)
    }

    final func set(_ option: CURLoption, _ value: Int) throws(OutboundError) {
        try check(shim_easy_set_long(handle, option, value))
    }

    final func set(_ option: CURLoption, _ value: String) throws(OutboundError) {
        try check(shim_easy_set_text(handle, option, value))
    }

    final func set(_ option: CURLoption, _ lines: [String]) throws(OutboundError) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                throw OutboundError(.library)
            }
            list = longer
        }
        if let list { lists.append(list) }
        try check(shim_easy_set_list(handle, option, list))
    }

    final func check(_ result: CURLcode) throws(OutboundError) {
        guard result == CURLE_OK else { throw OutboundError(result: result) }
    }

    static func milliseconds(_ duration: Duration) -> Int {
        // 0 would mean no limit at all, and the library counts in 32 bits.
        Int(min(max((duration / .milliseconds(1)).rounded(.up), 1), 2_147_483_647))
    }

    // MARK: Called by the library

    private func open(_ target: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        guard let sockets else { return CURL_SOCKET_BAD }
        if let addressGuard {
            let length = Int(target.pointee.addrlen)
            let address = withUnsafePointer(to: &target.pointee.addr) { IPAddress($0, length: length) }
            guard let address else {
                refusal = AddressRefusal(.unknown)
                return CURL_SOCKET_BAD
            }
            if let reason = addressGuard.refusal(of: address) {
                refusal = reason
                return CURL_SOCKET_BAD
            }
        }
        let socket = sockets.open(
            family: target.pointee.family,
            type: target.pointee.socktype,
            protocol: target.pointee.protocol
        )
        guard let socket else { return CURL_SOCKET_BAD }
        openedSockets.insert(socket.serial)
        return socket.descriptor
    }

    private func begin(peer: String, localPort: Int32) -> Int32 {
        if let addressGuard {
            let reason = IPAddress(peer).map { addressGuard.refusal(of: $0) } ?? AddressRefusal(.unknown)
            if let reason {
                refusal = reason
                return CURL_PREREQFUNC_ABORT
            }
        }
        self.localPort = localPort
        guard mayUseConnection() else { return CURL_PREREQFUNC_ABORT }
        hasBegun = true
        return CURL_PREREQFUNC_OK
    }

    private static func transfer(_ context: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    private static let onOpen: curl_opensocket_callback = { context, _, target in
        guard let context, let target else { return CURL_SOCKET_BAD }
        return transfer(context).open(target)
    }

    private static let onClose: curl_closesocket_callback = { context, socket in
        guard let context else { return -1 }
        return Unmanaged<SocketTable>.fromOpaque(context).takeUnretainedValue().close(socket)
    }

    private static let beforeRequest: curl_prereq_callback = { context, peer, _, _, localPort in
        guard let context, let peer else { return CURL_PREREQFUNC_ABORT }
        return transfer(context).begin(peer: String(cString: peer), localPort: localPort)
    }

    private static let onBody: shim_data_callback = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        return transfer(context).take(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
    }

    private static let onHeader: shim_data_callback = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        return transfer(context).take(header: UnsafeRawBufferPointer(start: bytes, count: size * count))
    }

    private static let onRead: shim_data_callback = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        return transfer(context).give(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
    }
}
