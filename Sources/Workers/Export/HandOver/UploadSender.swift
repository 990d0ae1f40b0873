import Connectors
import Crypto
package import Fleet
import FoundationEssentials
package import Outbound
import Rights

/// Has a bundle taken by another controller, as far as one attempt comes: it goes from the store to the receiver a part at a time, and
/// nothing but the part is in memory.
package struct UploadSender: Sendable {
    /// What is sent, and to whom.
    struct Order: Sendable {
        let place: TusDescription
        let isInternal: Bool
        /// Of the effect: the receiver knows a repetition by it.
        let key: UUID
        let caseID: UUID
        /// SHA-256 of all of it.
        let digest: [UInt8]
        let object: SealedObject
    }

    private static let version = "1.0.0"
    /// Nothing of a body is read.
    private static let replyLimit = 65_536

    private let http: HTTPClient
    private let secrets: SecretStore
    /// Of a question; of a call with a part of the bundle four times that.
    private let timeout: Duration
    /// After so long others have their turn.
    private let slice: Duration

    package init(http: HTTPClient, secrets: SecretStore, timeout: Duration, slice: Duration = .seconds(10)) {
        self.http = http
        self.secrets = secrets
        self.timeout = timeout
        self.slice = slice
    }

    private var sendTimeout: Duration { timeout * 4 }

    /// A slice, what was begun before its end, be it twice after a conflict, and reading from the store.
    package var longestCall: Duration { slice + (timeout + sendTimeout) * 2 + .seconds(30) }

    /// Carries the upload on.
    ///
    /// - Throws: `CancellationError`, and what the store says. `machine` then knows all the same what may have arrived.
    func run(_ order: Order, _ machine: inout UploadMachine) async throws -> AttemptVerdict {
        let end = ContinuousClock.now + slice
        var action = machine.begin()
        while true {
            do {
                switch action {
                case .create(let number): action = machine.created(try await create(order, number))
                case .ask:
                    action = machine.asked(try await call("HEAD", order, machine))
                case .send(let range):
                    let part = try await order.object.read(offset: range.lowerBound, length: range.count)
                    machine.sends(range)
                    action = machine.sent(range, try await send(part, at: range, order, machine), isOver: end <= .now)
                case .pause: return .waiting(after: .zero)
                case .finished: return .done()
                case .stop(let verdict): return verdict
                }
            } catch let error as OutboundError {
                return .failed(error)
            } catch let error as SecretError {
                // The operator's to mend; until then no call to this target can be made.
                return .retry(error.code.rawValue, blamesTarget: true)
            }
        }
    }

    // MARK: Calls

    /// The receiver knows by the key whether it has begun this one already: of an attempt that died nothing else is known.
    private func create(_ order: Order, _ number: Int) async throws -> UploadReply {
        let key = order.key.lowercaseText
        let digest = Data(order.digest).base64EncodedString()
        let about = [
            ("filename", "copy-\(order.caseID.lowercaseText).zip"), ("filetype", "application/zip"),
            ("sha256", Hex.text(order.digest)), ("request", order.caseID.lowercaseText),
        ].map { "\($0.0) \(Data($0.1.utf8).base64EncodedString())" }
        return try await call(
            "POST",
            at: order.place.url,
            order,
            headers: [
                ("upload-length", String(order.object.size)), ("upload-metadata", about.joined(separator: ",")),
                ("repr-digest", "sha-256=:\(digest):"), ("idempotency-key", number == 1 ? key : "\(key)-\(number)"),
            ],
            body: []
        )
    }

    private func send(
        _ part: [UInt8],
        at range: Range<Int>,
        _ order: Order,
        _ machine: UploadMachine
    ) async throws -> UploadReply {
        var headers = [
            (name: "content-type", value: "application/offset+octet-stream"),
            (name: "upload-offset", value: String(range.lowerBound)),
        ]
        if order.place.hasChecksums {
            let digest = Data(SHA256.hash(data: part)).base64EncodedString()
            headers.append(("upload-checksum", "sha256 \(digest)"))
        }
        return try await call("PATCH", order, machine, headers: headers, body: part, timeout: sendTimeout)
    }

    /// About the upload that is under way.
    private func call(
        _ method: String,
        _ order: Order,
        _ machine: UploadMachine,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil,
        timeout: Duration? = nil
    ) async throws -> UploadReply {
        guard let place = machine.progress.place else { throw OutboundError(.url) }
        return try await call(method, at: place, order, headers: headers, body: body, timeout: timeout)
    }

    private func call(
        _ method: String,
        at url: String,
        _ order: Order,
        headers: [(name: String, value: String)],
        body: [UInt8]?,
        timeout: Duration? = nil
    ) async throws -> UploadReply {
        var call = HTTPCall(
            method,
            url,
            headers: [(name: "tus-resumable", value: Self.version)] + headers,
            body: body,
            allowing: order.isInternal ? [.internalAddress, .plain] : [],
            timeout: timeout ?? self.timeout,
            bodyLimit: Self.replyLimit
        )
        call.takesBody = false
        try call.logIn(order.place.authentication, secrets: secrets)
        return UploadReply(try await http.send(call), from: order.place.url)
    }
}
