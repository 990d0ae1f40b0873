import FoundationEssentials

/// The words in which a channel is stored and shown: those of the list that `clients apply` reads.
///
/// What a later version adds is passed over, and what an earlier one did not write has its default.
extension ClientChannel: Codable {
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

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try values.decode(Kind.self, forKey: .kind),
            name: try values.decode(String.self, forKey: .name),
            url: try values.decodeIfPresent(String.self, forKey: .url),
            secrets: try values.decodeIfPresent([String].self, forKey: .secrets) ?? [],
            addresses: try values.decodeIfPresent([String].self, forKey: .addresses) ?? [],
            isInternal: try values.decodeIfPresent(Bool.self, forKey: .isInternal) ?? false,
            isThin: try values.decodeIfPresent(Bool.self, forKey: .isThin) ?? false
        )
        guard values.contains(.limits) else { return }
        let limits = try values.nestedContainer(keyedBy: LimitKeys.self, forKey: .limits)
        inFlight = try limits.decodeIfPresent(Int.self, forKey: .inFlight) ?? inFlight
        perSecond = try limits.decodeIfPresent(Double.self, forKey: .perSecond)
        keepsConnections = try limits.decodeIfPresent(Bool.self, forKey: .keepsConnections) ?? false
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
    package static func list(from text: String) throws -> [ClientChannel] {
        try JSONDecoder().decode([Stored].self, from: Data(text.utf8)).compactMap(\.channel)
    }

    private struct Stored: Decodable {
        let channel: ClientChannel?

        init(from decoder: any Decoder) throws {
            let kind = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .kind)
            channel = Kind(rawValue: kind) == nil ? nil : try ClientChannel(from: decoder)
        }
    }
}
