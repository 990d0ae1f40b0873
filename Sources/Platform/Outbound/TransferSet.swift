import CLibCurl
import Threads

/// The calls under way and the library's multi handle that drives them. Touched by the client's thread only.
///
/// The library says which sockets it waits for and when it wants to be woken; the loop watches those for it.
final class TransferSet {
    private let configuration: HTTPClient.Configuration
    private let loop: ThreadLoop
    private let multi: UnsafeMutableRawPointer
    private var running: [UnsafeMutableRawPointer: Transfer] = [:]
    private var isClosed = false

    /// Once a process, before anything else of the library.
    private static let isReady = curl_global_init(shim_global_default) == CURLE_OK

    init(_ configuration: HTTPClient.Configuration, loop: ThreadLoop) throws(OutboundError) {
        guard Self.isReady, let multi = curl_multi_init() else { throw OutboundError(.library) }
        self.configuration = configuration
        self.loop = loop
        self.multi = multi
        let context = Unmanaged.passUnretained(self).toOpaque()
        guard shim_multi_set_callbacks(multi, Self.onSocket, Self.onTimer, context) == CURLM_OK,
            shim_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.connectionLimit) == CURLM_OK
        else { throw OutboundError(.library) }
    }

    deinit {
        // Any thread may be the last to let go: the loop, which only its own thread may call, is not told of sockets
        // that are closed now. None is being watched, because no transfer is under way.
        shim_multi_set_callbacks(multi, nil, nil, nil)
        curl_multi_cleanup(multi)
    }

    func start(_ call: HTTPCall, id: Int, _ continuation: CheckedContinuation<HTTPReply, any Error>) {
        guard !isClosed else { return continuation.resume(throwing: OutboundError(.closed)) }
        let transfer: Transfer
        do {
            transfer = try Transfer(call, id: id, configuration: configuration, continuation: continuation)
        } catch {
            return continuation.resume(throwing: error)
        }
        running[transfer.handle] = transfer
        guard curl_multi_add_handle(multi, transfer.handle) == CURLM_OK else {
            running[transfer.handle] = nil
            return transfer.fail(OutboundError(.library))
        }
    }

    func cancel(_ id: Int) {
        guard let transfer = running.values.first(where: { $0.id == id }) else { return }
        remove(transfer)
        transfer.fail(CancellationError())
    }

    func close() {
        isClosed = true
        for transfer in running.values {
            remove(transfer)
            transfer.fail(OutboundError(.closed))
        }
    }

    private func remove(_ transfer: Transfer) {
        running[transfer.handle] = nil
        curl_multi_remove_handle(multi, transfer.handle)
    }

    /// Lets the library work on one socket, or on what is due, and ends the transfers that are done.
    private func act(on socket: curl_socket_t) {
        var count: Int32 = 0
        curl_multi_socket_action(multi, socket, 0, &count)
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                let transfer = running[handle]
            else { continue }
            // Read before removing: the message goes with the handle.
            let result = shim_message_result(message)
            remove(transfer)
            transfer.finish(result)
        }
    }

    private static let onSocket: shim_socket_callback = { _, socket, what, context, _ in
        guard let context else { return 0 }
        let set = Unmanaged<TransferSet>.fromOpaque(context).takeUnretainedValue()
        guard what != CURL_POLL_REMOVE else {
            set.loop.unwatch(socket)
            return 0
        }
        var interest: Interest = []
        if what & CURL_POLL_IN != 0 { interest.insert(.read) }
        if what & CURL_POLL_OUT != 0 { interest.insert(.write) }
        set.loop.watch(socket, for: interest) { [weak set] in set?.act(on: socket) }
        return 0
    }

    private static let onTimer: shim_timer_callback = { _, milliseconds, context in
        guard let context else { return 0 }
        let set = Unmanaged<TransferSet>.fromOpaque(context).takeUnretainedValue()
        // Not now: the library forbids calling it from here, and the loop rings in its next turn.
        let due = milliseconds < 0 ? nil : ContinuousClock.now + .milliseconds(milliseconds)
        set.loop.setAlarm(at: due) { [weak set] in set?.act(on: shim_socket_timeout) }
        return 0
    }
}
