import Synchronization

/// One stand-in peer, behind whichever of the doors it is called: webhook, OpenDSR, REST or uploads.
final class Peer: Sendable {
    let name: PeerName
    let book: Mutex<PeerBook>
    let playback: Mutex<Playback>
    let requests = Mutex(OpenDSRRequests())
    let records = Mutex(RESTRecords())
    let uploads = Mutex(Uploads())

    init(_ name: PeerName, limits: PeerBook.Limits) {
        self.name = name
        book = Mutex(PeerBook(limits: limits))
        playback = Mutex(Playback(name: name))
    }

    /// How it takes the next call.
    func play(_ method: String, by scripts: ScriptBook) -> Play {
        playback.withLock { $0.next(method, by: scripts) }
    }
}
