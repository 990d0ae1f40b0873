import CLibCurl
import Threads

/// The calls waiting and under way and the library's multi handle that drives them. Touched by the client's thread only.
///
/// The library says which sockets it waits for and when it wants to be woken; the loop watches those for it.
final class TransferSet {
    typealias ID = Admission.Call

    private let loop: ThreadLoop
    private let multi: UnsafeMutableRawPointer
    private let sockets = SocketTable()
    private var transfers: [ID: Transfer] = [:]
    private var running: [UnsafeMutableRawPointer: ID] = [:]
    private var admission: Admission
    private var libraryAlarm: ContinuousClock.Instant?

    /// Once a process, before anything else of the library.
    private static let isReady = curl_global_init(shim_global_default) == CURLE_OK

    init(_ limits: OutboundThread.Limits, loop: ThreadLoop) throws(OutboundError) {
        guard Self.isReady, let multi = curl_multi_init() else { throw OutboundError(.library) }
        self.loop = loop
        self.multi = multi
        admission = Admission(inFlightLimit: limits.inFlight, waitingLimit: limits.waiting)
        let context = Unmanaged.passUnretained(self).toOpaque()
        // Room for twice as many connections as calls: a kept one is given up for its age, seldom for want of room.
        guard shim_multi_set_callbacks(multi, Self.onSocket, Self.onTimer, context) == CURLM_OK,
            shim_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 2 * admission.inFlightLimit) == CURLM_OK
        else { throw OutboundError(.library) }
    }

    deinit {
        // Any thread may be the last to let go: the loop, which only its own thread may call, is not told of sockets
        // that are closed now. None is being watched, because no transfer is under way.
        shim_multi_set_callbacks(multi, nil, nil, nil)
        sockets.shutDownAll()
        curl_multi_cleanup(multi)
    }

    var inFlight: Int { admission.inFlight }
    var waiting: Int { admission.waiting }

    func start(_ transfer: Transfer, id: ID) {
        guard !transfer.owner.isClosed else { return transfer.fail(OutboundError(.closed)) }
        switch admission.admit(id, until: transfer.deadline) {
        case .refuse: transfer.fail(OutboundError(.overloaded))
        case .wait:
            transfers[id] = transfer
            setAlarm()
        case .start:
            transfers[id] = transfer
            if !launch(id) { admitNext() }
        }
    }

    func cancel(_ id: ID) {
        end(id) { _ in CancellationError() }
    }

    func close(_ owner: Transfer.Owner) {
        owner.close()
        for (id, transfer) in transfers where transfer.owner === owner {
            end(id) { OutboundError(.closed, mayHaveActed: $0.mayHaveActed) }
        }
    }

    // MARK: Beginnings and ends

    /// Whether the call is under way; if not, it has failed.
    private func launch(_ id: ID) -> Bool {
        guard let transfer = transfers[id] else { return false }
        do {
            guard transfer.deadline > .now else { throw OutboundError(.timeout) }
            let handle = try transfer.prepare(sockets: sockets)
            running[handle] = id
            guard curl_multi_add_handle(multi, handle) == CURLM_OK else {
                running[handle] = nil
                throw OutboundError(.library)
            }
            return true
        } catch {
            transfers[id] = nil
            transfer.fail(error)
            return false
        }
    }

    /// Gives a place that has become free to those who wait.
    private func admitNext() {
        while let next = admission.end(), !launch(next) {}
    }

    private func end(_ id: ID, _ error: (Transfer) -> any Error) {
        guard let transfer = transfers.removeValue(forKey: id) else { return }
        if !admission.withdraw(id) {
            transfer.abandon()
            remove(transfer)
            admitNext()
        }
        transfer.fail(error(transfer))
    }

    private func remove(_ transfer: Transfer) {
        guard let handle = transfer.handle else { return }
        running[handle] = nil
        curl_multi_remove_handle(multi, handle)
    }

    // MARK: Driving the library

    /// Lets the library work on one socket, or on what is due, and ends the transfers that are done.
    private func act(on socket: curl_socket_t) {
        var count: Int32 = 0
        curl_multi_socket_action(multi, socket, 0, &count)
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                let id = running[handle], let transfer = transfers.removeValue(forKey: id)
            else { continue }
            // Read before removing: the message goes with the handle.
            let result = shim_message_result(message)
            remove(transfer)
            transfer.finish(result)
            admitNext()
        }
    }

    private func ring() {
        let now = ContinuousClock.now
        for id in admission.expire(at: now) {
            transfers.removeValue(forKey: id)?.fail(OutboundError(.timeout))
        }
        if let due = libraryAlarm, due <= now {
            libraryAlarm = nil
            act(on: shim_socket_timeout)
        }
        setAlarm()
    }

    /// The loop has one alarm for what the library waits for and for those who wait in vain.
    private func setAlarm() {
        let due = [libraryAlarm, admission.alarm].compactMap(\.self).min()
        loop.setAlarm(at: due) { [weak self] in self?.ring() }
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
        set.libraryAlarm = milliseconds < 0 ? nil : ContinuousClock.now + .milliseconds(milliseconds)
        set.setAlarm()
        return 0
    }
}
