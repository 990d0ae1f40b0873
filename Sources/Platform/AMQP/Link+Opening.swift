internal import CRabbitMQ
internal import Glibc

extension Link {
    /// Connects the socket, with TLS if asked for, and sets what keeps a dead peer from being waited for.
    static func open(
        _ state: amqp_connection_state_t,
        _ host: AMQPConfiguration.Host,
        _ configuration: AMQPConfiguration
    ) throws(AMQPError) -> Int32 {
        var connectTime = timeval(configuration.connectTimeout)
        var rpcTime = timeval(configuration.rpcTimeout)
        amqp_set_handshake_timeout(state, &connectTime)
        amqp_set_rpc_timeout(state, &rpcTime)
        let socket =
            try configuration.tls.map { (tls) throws(AMQPError) in try secureSocket(state, host, tls) }
            ?? amqp_tcp_socket_new(state)
        guard let socket else { throw AMQPError(.unreachable, subject: host.name) }
        let status = amqp_socket_open_noblock(socket, host.name, Int32(host.port), &connectTime)
        guard status == AMQP_STATUS_OK.rawValue else {
            var error = AMQPError(status: status)
            if error.code != .tls { error = AMQPError(.unreachable) }
            throw AMQPError(error.code, subject: "\(host.name):\(host.port)")
        }
        let descriptor = amqp_get_sockfd(state)
        setOptions(descriptor, heartbeat: configuration.heartbeat)
        return descriptor
    }

    private static func secureSocket(
        _ state: amqp_connection_state_t,
        _ host: AMQPConfiguration.Host,
        _ tls: AMQPConfiguration.TLS
    ) throws(AMQPError) -> OpaquePointer? {
        // The library compares names only: an address would fail for ever, and turning the check off is not ours to do.
        if tls.verifyHost, isAddress(host.name) { throw AMQPError(.configuration, subject: "verify_host") }
        guard let socket = amqp_ssl_socket_new(state) else { throw AMQPError(.tls, subject: host.name) }
        amqp_ssl_socket_set_verify_peer(socket, 1)
        amqp_ssl_socket_set_verify_hostname(socket, tls.verifyHost ? 1 : 0)
        guard
            amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) == AMQP_STATUS_OK.rawValue
        else { throw AMQPError(.tls, subject: host.name) }
        guard amqp_ssl_socket_set_cacert(socket, tls.caFile) == AMQP_STATUS_OK.rawValue else {
            throw AMQPError(.configuration, subject: "cacertfile")
        }
        if let certFile = tls.certFile, let keyFile = tls.keyFile {
            guard amqp_ssl_socket_set_key(socket, certFile, keyFile) == AMQP_STATUS_OK.rawValue else {
                throw AMQPError(.configuration, subject: "certfile")
            }
        }
        return socket
    }

    private static func isAddress(_ name: String) -> Bool {
        var buffer = in6_addr()
        return inet_pton(AF_INET, name, &buffer) == 1 || inet_pton(AF_INET6, name, &buffer) == 1
    }

    private static func setOptions(_ descriptor: Int32, heartbeat: Duration) {
        // Options that a system does not know are no reason to stay unconnected: heartbeats notice a dead peer as well.
        func set(_ level: Int32, _ option: Int32, _ value: Int32) {
            var value = value
            setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        let seconds = Int32(clamping: max(1, heartbeat.components.seconds))
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, seconds)
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, max(1, seconds / 2))
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
        set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(clamping: 2000 * Int(seconds)))
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// Logs in. Capabilities are declared, or the broker would keep cancellations and alarms to itself.
    static func login(
        _ state: amqp_connection_state_t,
        _ host: AMQPConfiguration.Host,
        _ configuration: AMQPConfiguration
    ) throws(AMQPError) {
        let scratch = Scratch()
        var properties: [String: FieldValue] = [
            "capabilities": .table([
                "basic.nack": true,
                "connection.blocked": true,
                "consumer_cancel_notify": true,
                "publisher_confirms": true,
            ])
        ]
        if !configuration.connectionName.isEmpty {
            properties["connection_name"] = .string(configuration.connectionName)
        }
        var table = WireTable.write(properties, in: scratch)
        let heartbeat = Int32(clamping: max(1, configuration.heartbeat.components.seconds))
        let frameMax = Int32(clamping: max(4096, configuration.frameMax))
        let reply =
            configuration.usesExternalLogin
            ? shim_login_external(state, configuration.virtualHost, 0, frameMax, heartbeat, &table, configuration.user)
            : shim_login_plain(
                state,
                configuration.virtualHost,
                0,
                frameMax,
                heartbeat,
                &table,
                configuration.user,
                configuration.password
            )
        guard let error = AMQPError(reply) else { return }
        let subject = "\(host.name):\(host.port)"
        // 403 access refused, 530 not allowed (virtual host). Anything but an answer means that no broker is there.
        switch error.replyCode {
        case 403, 530: throw AMQPError(.refused, replyCode: error.replyCode, subject: subject)
        case .some: throw AMQPError(.connectionLost, replyCode: error.replyCode, subject: subject)
        case nil: throw AMQPError(error.code == .tls ? .tls : .unreachable, subject: subject)
        }
    }

    /// While corked, the kernel gathers what is sent into full packets; uncorking sends the rest.
    func setCork(_ on: Bool) {
        var value: Int32 = on ? 1 : 0
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Whether the socket takes more without blocking.
    var isWritable: Bool {
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&poller, 1, 0) > 0
    }
}

extension timeval {
    init(_ duration: Duration) {
        let parts = duration.components
        self.init(tv_sec: Int(parts.seconds), tv_usec: Int(parts.attoseconds / 1_000_000_000_000))
    }
}
