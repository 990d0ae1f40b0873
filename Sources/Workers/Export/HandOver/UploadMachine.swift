import Fleet

/// One attempt at an upload that can go on after a break (tus 1.0): what follows from what the receiver says. No input or output.
///
/// ```
/// none ─ create ─▶ begun ─ pause, so that the address is kept ─▶ ask ─▶ send ─▶ … ─▶ send ─▶ finished
///   ▲                                                            │  ▲    │
///   └──────────────── gone, once ────────────────────────────────┘  └────┘ conflict, break, another attempt
/// ```
///
/// It is done when the receiver has said that it has every byte, and at no other time. What a receiver says is compared with what can
/// have reached it: more than that it cannot have.
struct UploadMachine: Sendable, Hashable {
    enum Action: Sendable, Hashable {
        /// Begin a new upload, under a key of this number.
        case create(Int)
        /// Ask how far it is.
        case ask
        case send(Range<Int>)
        /// Come again: what is known is to be kept first, or others have their turn.
        case pause
        case finished
        case stop(AttemptVerdict)
    }

    /// How often it may have less than it had said before.
    static let setbacks = 3
    /// Uploads that are begun at most: one, and another where the first has vanished.
    static let uploads = 2

    let total: Int
    let chunk: Int
    private(set) var progress: UploadProgress
    /// Whether nothing can have reached the receiver that is not known of: no attempt has ended without a word.
    private var isCertain: Bool
    private var hasAskedAgain = false

    /// - Parameters:
    ///   - total: bytes in all.
    ///   - chunk: bytes of one call at most.
    ///   - leases: that the effect has had before this one.
    init(_ progress: UploadProgress, total: Int, chunk: Int, leases: Int) {
        self.progress = progress
        self.total = total
        self.chunk = chunk
        isCertain = progress.lease == leases
        self.progress.lease = leases + 1
    }

    func begin() -> Action { progress.place == nil ? .create(progress.begun + 1) : .ask }

    // MARK: What the receiver says

    mutating func created(_ reply: UploadReply) -> Action {
        guard reply.status == 200 || reply.status == 201 else { return refusal(reply) }
        switch reply.place {
        case .unsaid: return .stop(.refused("no_location", status: reply.status))
        case .foreign: return .stop(.refused("foreign_address", status: reply.status))
        case .at(let place):
            progress.place = place
            progress.begun += 1
            progress.sent = 0
            progress.confirmed = 0
            return .pause
        }
    }

    mutating func asked(_ reply: UploadReply) -> Action {
        switch reply.status {
        case 200, 204:
            guard let length = reply.length else { return .stop(.refused("no_length", status: reply.status)) }
            guard length == total else { return .stop(.refused("length_differs", status: reply.status)) }
            // However little time it has, each attempt brings something.
            return accept(reply, isOver: false)
        case 404, 410: return gone(reply)
        default: return refusal(reply)
        }
    }

    /// - Parameter isOver: whether this attempt's time is.
    mutating func sent(_ range: Range<Int>, _ reply: UploadReply, isOver: Bool) -> Action {
        switch reply.status {
        case 200, 204:
            guard reply.offset != range.lowerBound else {
                return .stop(.retry("no_progress", status: reply.status, blamesTarget: true))
            }
            return accept(reply, isOver: isOver)
        // It stands elsewhere than was thought, be it that a call before has arrived after all.
        case 409 where !hasAskedAgain:
            hasAskedAgain = true
            return .ask
        case 404, 410: return gone(reply)
        default: return refusal(reply)
        }
    }

    /// Whatever becomes of the call, so much may have reached the receiver.
    mutating func sends(_ range: Range<Int>) { progress.sent = max(progress.sent, range.upperBound) }

    // MARK: What follows

    private mutating func accept(_ reply: UploadReply, isOver: Bool) -> Action {
        guard let offset = reply.offset else { return .stop(.refused("no_offset", status: reply.status)) }
        guard offset <= total, !isCertain || offset <= progress.sent else {
            return .stop(.refused("offset_beyond", status: reply.status))
        }
        isCertain = true
        progress.sent = max(progress.sent, offset)
        if offset < progress.confirmed {
            progress.setbacks += 1
            guard progress.setbacks <= Self.setbacks else {
                return .stop(.refused("offset_backwards", status: reply.status))
            }
        }
        progress.confirmed = offset
        if offset == total { return .finished }
        return isOver ? .pause : .send(offset..<min(offset + chunk, total))
    }

    private mutating func gone(_ reply: UploadReply) -> Action {
        guard progress.begun < Self.uploads else { return .stop(.refused("upload_gone", status: reply.status)) }
        progress.place = nil
        return .create(progress.begun + 1)
    }

    /// Nothing of it was taken. Nobody else than the receiver is meant, so that a redirect leads nowhere.
    private func refusal(_ reply: UploadReply) -> Action {
        let status = reply.status
        let cause = "http_\(status)"
        switch status {
        // Busy with the same upload, or it asks for time.
        case 409, 423, 425, 429: return .stop(.retry(cause, status: status, after: reply.pause, blamesTarget: false))
        // The bytes have changed on their way.
        case 460: return .stop(.retry("checksum", status: status, blamesTarget: false))
        case 300..<500 where status != 408: return .stop(.refused(cause, status: status))
        default: return .stop(.retry(cause, status: status, after: reply.pause, blamesTarget: true))
        }
    }
}
