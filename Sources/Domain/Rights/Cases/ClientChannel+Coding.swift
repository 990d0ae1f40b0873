import FoundationEssentials

/// The words in which a channel is stored and shown: those of the list that `clients apply` reads.
///
/// What a later version adds is passed over, and what an earlier one did not write has its default.
extension ClientChannel: Encodable {
    private enum CodingKeys: String, CodingKey {
        case kind, name, url, secrets, addresses, limits
        case isInternal = "internal"
        case isThin = "thin"
    }

    private enum LimitKeys: String, CodingKey {
        case inFlight = "in_flight"
        case perSecond = "per_second"
        case keepsConnections = "keep_alive"
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(kind, forKey: .kind)
        try values.encode(name, forKey: .name)
        try values.encodeIfPresent(url, forKey: .url)
        if !secrets.isEmpty { try values.encode(secrets, forKey: .secrets) }
        if !addresses.isEmpty { try values.encode(addresses, forKey: .addresses) }
        if isInternal { try values.encode(true, forKey: .isInternal) }
        if isThin { try values.encode(true, forKey: .isThin) }
        // Mail has the relay's limits.
        guard kind != .mail else { return }
        var limits = values.nestedContainer(keyedBy: LimitKeys.self, forKey: .limits)
        try limits.encode(inFlight, forKey: .inFlight)
        try limits.encodeIfPresent(perSecond, forKey: .perSecond)
        if keepsConnections { try limits.encode(true, forKey: .keepsConnections) }
    }

    /// The column `channels` of a client. The same channels give the same text.
    package static func text(of channels: [ClientChannel]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(channels), as: UTF8.self)
    }

    /// Reads that column. A channel of a kind that only a later version knows is left out, so that old and new workers run
    /// side by side.
    ///
    /// Over the tape and not by `Decodable`: every start of a worker reads the channels of all clients, and that was most of its time.
    package static func list(from text: String) throws -> [ClientChannel] {
        let (document, fault) = JSONScanner.scan(Array(text.utf8), maximumDepth: 8)
        guard fault == nil, document.kind(0) == .array else { throw Unreadable() }
        var channels: [ClientChannel] = []
        var index = 1
        for _ in 0..<document.count(0) {
            if let channel = try Stored(document, index).channel { channels.append(channel) }
            index = document.after(index)
        }
        return channels
    }

    /// A column that no version has written.
    private struct Unreadable: Error, CustomStringConvertible {
        var description: String { "the channels of a client cannot be read; apply the client again" }
    }

    /// One entry of the column.
    private struct Stored {
        private let document: JSONDocument
        private let entry: Int

        init(_ document: JSONDocument, _ entry: Int) throws {
            guard document.kind(entry) == .object else { throw Unreadable() }
            self.document = document
            self.entry = entry
        }

        /// Nil where only a later version knows the kind.
        var channel: ClientChannel? {
            get throws {
                guard let word = try text("kind"), let name = try text("name") else { throw Unreadable() }
                guard let kind = Kind(rawValue: word) else { return nil }
                var channel = ClientChannel(
                    kind,
                    name: name,
                    url: try text("url"),
                    secrets: try texts("secrets"),
                    addresses: try texts("addresses"),
                    isInternal: try flag("internal", of: entry),
                    isThin: try flag("thin", of: entry)
                )
                guard let limits = value("limits", of: entry) else { return channel }
                guard document.kind(limits) == .object else { throw Unreadable() }
                if let number = value("in_flight", of: limits) {
                    guard document.kind(number) == .number, let inFlight = document.integer(number) else {
                        throw Unreadable()
                    }
                    channel.inFlight = Int(inFlight)
                }
                if let number = value("per_second", of: limits) {
                    guard document.kind(number) == .number else { throw Unreadable() }
                    channel.perSecond = document.double(number)
                }
                channel.keepsConnections = try flag("keep_alive", of: limits)
                return channel
            }
        }

        /// Nil where it is absent or null.
        private func value(_ name: StaticString, of object: Int) -> Int? {
            document.member(object, name).flatMap { document.kind($0) == .null ? nil : $0 }
        }

        private func text(_ name: StaticString) throws -> String? {
            guard let index = value(name, of: entry) else { return nil }
            return try text(at: index)
        }

        private func text(at index: Int) throws -> String {
            guard document.kind(index) == .string else { throw Unreadable() }
            return document.string(index)
        }

        private func texts(_ name: StaticString) throws -> [String] {
            guard let list = value(name, of: entry) else { return [] }
            guard document.kind(list) == .array else { throw Unreadable() }
            return try (0..<document.count(list)).map { try text(at: list + 1 + $0) }
        }

        private func flag(_ name: StaticString, of object: Int) throws -> Bool {
            guard let index = value(name, of: object) else { return false }
            switch document.kind(index) {
            case .true: return true
            case .false: return false
            default: throw Unreadable()
            }
        }
    }
}
