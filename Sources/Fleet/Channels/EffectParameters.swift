import FoundationEssentials
import Rights

/// What an effect that carries a message is told beside its kind and its case: words, dates and names of channels.
package struct EffectParameters: Hashable, Sendable {
    /// Tells this message from others of its kind in one case: the state it answers, the date that called for it. Empty where
    /// a case has only one.
    package let key: String
    /// The client's channel that it goes over; nil for mail to the person.
    package let channel: String?
    /// Its number among what the outside is told of the case; the same at every attempt.
    package var sequence: Int?

    package init(key: String = "", channel: String? = nil, sequence: Int? = nil) {
        self.key = key
        self.channel = channel
        self.sequence = sequence
    }

    /// Reads what ``text`` wrote. Unknown members are a newer version's.
    package init(reading text: String) {
        let (document, fault) = JSONScanner.scan(Array(text.utf8), maximumDepth: 2)
        guard fault == nil else {
            self.init()
            return
        }
        self.init(
            key: document.word(0, "for") ?? "",
            channel: document.word(0, "channel"),
            sequence: document.number(0, "sequence")
        )
    }

    /// As it is stored: a JSON object.
    package var text: String {
        var writer = JSONWriter(capacity: 96)
        writer.object { body in
            body.member("for", key.isEmpty ? nil : key)
            body.member("channel", channel)
            body.member("sequence", sequence)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
