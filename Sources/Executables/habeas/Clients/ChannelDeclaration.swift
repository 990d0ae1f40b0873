import Fleet
import Outbound
import Rights

/// Reads what a list says of a client's channels. Whatever reaches an envelope, a header or a call is looked at here, so that
/// a wrong one is refused with its line and not years later at the first breach; no value is repeated in an error.
enum ChannelDeclaration {
    static let keys = ["kind", "name", "url", "secrets", "addresses", "internal", "thin", "limits"]
    static let limitKeys = ["in_flight", "per_second", "keep_alive"]

    /// Nil where the list says `null`.
    static func channels(_ record: Record) throws -> [ClientChannel]? {
        guard let records = try record.records("channels", keys: keys) else { return nil }
        guard records.count <= 8 else {
            throw record.fault("channels", "has more than 8 items", "keep those that somebody reads")
        }
        var channels: [ClientChannel] = []
        for item in records {
            let channel = try channel(item)
            guard !channels.contains(where: { $0.name == channel.name }) else {
                throw item.fault(
                    item.mentions("name") ? "name" : "kind",
                    "gives the channel the name of an earlier one",
                    "give it a name of its own"
                )
            }
            channels.append(channel)
        }
        return channels
    }

    private static func channel(_ record: Record) throws -> ClientChannel {
        guard let kind = ClientChannel.Kind(rawValue: try record.required("kind")) else {
            throw record.fault("kind", "is no kind of channel", "use webhook, mail or amqp")
        }
        try refuse(misplaced[kind] ?? [:], in: record, kind)
        let isInternal = try record.flag("internal") ?? false
        var channel = ClientChannel(
            kind,
            name: record.mentions("name") ? try record.identifier("name") : kind.rawValue,
            isInternal: isInternal,
            isThin: try record.flag("thin") ?? false
        )
        switch kind {
        case .webhook:
            channel.url = try url(record, isInternal: isInternal)
            channel.secrets = try secrets(record)
        case .mail: channel.addresses = try addresses(record)
        case .amqp: break
        }
        guard let limits = try record.record("limits", keys: limitKeys) else { return channel }
        channel.inFlight = try inFlight(limits) ?? channel.inFlight
        channel.perSecond = try perSecond(limits)
        channel.keepsConnections = try limits.flag("keep_alive") ?? false
        return channel
    }

    /// What a kind has no use for, with what to do instead.
    private static let misplaced: [ClientChannel.Kind: [String: String]] = [
        .webhook: ["addresses": "use kind mail for it"],
        .mail: [
            "url": "use kind webhook for it", "secrets": "leave it out: mail is not signed",
            "internal": "set mail.internal in the configuration: the relay is the same for all",
            "limits": "set mail.in_flight and mail.per_second in the configuration: the relay is the same for all",
        ],
        .amqp: [
            "url": "leave it out: the broker is the fleet's own", "addresses": "use kind mail for it",
            "secrets": "leave it out: give the client a public_key",
            "internal": "leave it out: the broker is the fleet's own",
        ],
    ]

    private static func refuse(
        _ misplaced: [String: String],
        in record: Record,
        _ kind: ClientChannel.Kind
    ) throws {
        for key in keys where record.mentions(key) {
            if let remedy = misplaced[key] {
                throw record.fault(key, "has no meaning for a channel of kind \(kind.rawValue)", remedy)
            }
        }
    }

    private static func url(_ record: Record, isInternal: Bool) throws -> String {
        guard let text = try record.text("url", limit: 2_048) else {
            throw record.fault("url", "is missing", "add `url: https://…`")
        }
        guard let parts = WebAddress(text) else {
            throw record.fault(
                "url",
                "is not an http or https URL of printable ASCII",
                "write https://, host and path; encode everything else with percent signs"
            )
        }
        guard parts.isEncrypted || isInternal else {
            throw record.fault("url", "is not https", "use https, or mark a receiver of your own with `internal: true`")
        }
        guard parts.user == nil, parts.password == nil else {
            throw record.fault(
                "url",
                "holds credentials where others can read them",
                "take them out: the receiver knows us by the signature"
            )
        }
        guard !parts.hasFragment else { throw record.fault("url", "has a fragment", "take out what begins with #") }
        return text
    }

    private static func secrets(_ record: Record) throws -> [String] {
        let secrets = try record.requiredList("secrets")
        guard secrets.count <= 2, Set(secrets).count == secrets.count else {
            throw record.fault(
                "secrets",
                "has more than two items, or one twice",
                "list the new secret, and behind it the old one until the client knows the new one"
            )
        }
        guard secrets.allSatisfy({ SecretReference($0) != nil }) else {
            throw record.fault(
                "secrets",
                "holds something else than references",
                "write file:/path or env:NAME; a secret that was written here has been seen and needs replacing"
            )
        }
        return secrets
    }

    private static func addresses(_ record: Record) throws -> [String] {
        let addresses = try record.requiredList("addresses")
        guard addresses.count <= 20, Set(addresses.map { $0.lowercased() }).count == addresses.count else {
            throw record.fault("addresses", "has more than 20 items, or one twice", "keep one of each")
        }
        guard addresses.allSatisfy({ (try? MailAddress($0)) != nil && EmailAddress.normalise($0) != nil }) else {
            throw record.fault(
                "addresses",
                "has an item that is not a mail address that can stand in an envelope",
                "write local@domain in ASCII, without name, angle brackets and quotes"
            )
        }
        guard !addresses.contains(where: AutomaticSender.isOne) else {
            throw record.fault(
                "addresses",
                "has an address behind which nobody reads",
                "give one that people of the client answer from"
            )
        }
        return addresses
    }

    private static func inFlight(_ record: Record) throws -> Int? {
        guard let text = try record.text("in_flight") else { return nil }
        guard let count = Int(text), 1...256 ~= count else {
            throw record.fault(
                "in_flight",
                "is not a whole number from 1 to 256",
                "write how many calls it takes at once"
            )
        }
        return count
    }

    private static func perSecond(_ record: Record) throws -> Double? {
        guard let text = try record.text("per_second") else { return nil }
        guard text.wholeMatch(of: /\d+(\.\d+)?/) != nil, let rate = Double(text), 0.01...10_000 ~= rate else {
            throw record.fault(
                "per_second",
                "is not a number from 0.01 to 10000",
                "write how many calls it takes in a second, or leave the key out for no limit"
            )
        }
        return rate
    }
}
