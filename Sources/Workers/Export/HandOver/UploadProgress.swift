import FoundationEssentials
import Ledger
import Rights

/// How far an upload has come, as its effect keeps it from one attempt to the next.
struct UploadProgress: Sendable, Hashable {
    /// Where the receiver has it; nil where none is begun. Whoever knows the address may add to it: it is sealed when it is kept.
    var place: String?
    /// Uploads that were begun, the one that is under way among them.
    var begun = 0
    /// Bytes that may have reached the receiver by any call that is known of.
    var sent = 0
    /// Bytes that the receiver said last that it has.
    var confirmed = 0
    /// How often it has said that it has less than it had said before.
    var setbacks = 0
    /// The lease of the last attempt that has said what became of it.
    var lease = 0

    /// As it is stored: a JSON object of numbers, and the address, sealed with the key of the export.
    func text(under key: CaseKey) throws -> String {
        let place = try place.map { Data(try key.seal(Array($0.utf8), as: .properties)).base64EncodedString() }
        var writer = JSONWriter(capacity: 256)
        writer.object { body in
            body.member("place", place)
            body.member("begun", begun)
            body.member("sent", sent)
            body.member("confirmed", confirmed)
            body.member("setbacks", setbacks)
            body.member("lease", lease)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    init() {}

    /// The upload is nobody's any more; what is known of attempts stays known.
    mutating func restart() {
        let lease = lease
        self = UploadProgress()
        self.lease = lease
    }

    /// Nil for what ``text(under:)`` did not write, and where the address does not open.
    init?(reading text: String, under key: CaseKey) {
        let (document, fault) = JSONScanner.scan(Array(text.utf8), maximumDepth: 2)
        guard fault == nil, document.kind(0) == .object, let begun = document.number(0, "begun"),
            let sent = document.number(0, "sent"), let confirmed = document.number(0, "confirmed"),
            let setbacks = document.number(0, "setbacks"), let lease = document.number(0, "lease")
        else { return nil }
        if let sealed = document.word(0, "place") {
            guard let sealed = Data(base64Encoded: sealed), let place = try? key.open([UInt8](sealed), as: .properties)
            else { return nil }
            self.place = String(decoding: place, as: UTF8.self)
        }
        self.begun = begun
        self.sent = sent
        self.confirmed = confirmed
        self.setbacks = setbacks
        self.lease = lease
    }
}
