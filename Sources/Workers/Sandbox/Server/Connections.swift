import NIOCore
import Synchronization

/// The connections that are open.
final class Connections: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: Connection] = [:]
        var areClosing = false
    }

    private let state = Mutex(State())

    func open(_ channel: any Channel) -> Connection {
        let connection = Connection(channel)
        let isClosing = state.withLock { state in
            state.connections[ObjectIdentifier(channel)] = connection
            return state.areClosing
        }
        if isClosing { connection.close() }
        return connection
    }

    func forget(_ channel: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(channel)] = nil }
    }

    func of(_ channel: any Channel) -> Connection? {
        state.withLock { $0.connections[ObjectIdentifier(channel)] }
    }

    /// Closes all, and those to come.
    func closeAll() {
        let open = state.withLock { state in
            state.areClosing = true
            return Array(state.connections.values)
        }
        for connection in open { connection.close() }
    }
}
