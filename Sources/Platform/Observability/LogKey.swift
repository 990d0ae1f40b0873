public import Logging

/// The name of a metadata field in log lines, with its meaning.
///
/// An open set: a program adds its own as static constants and lists them next to ``common``, so that its operations
/// paper can be printed from the code. Two keys are equal when their names are.
public struct LogKey: Sendable, Hashable, CustomStringConvertible {
    /// The field's name in `metadata`: lower case with underscores.
    public let name: String
    /// One sentence for the people who read the logs.
    public let meaning: String

    public init(_ name: String, _ meaning: String) {
        self.name = name
        self.meaning = meaning
    }

    public var description: String { name }

    public static func == (left: LogKey, right: LogKey) -> Bool { left.name == right.name }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension LogKey {
    public static let address = LogKey("address", "Host and port of a peer or of a listening socket.")
    public static let attempt = LogKey("attempt", "How often this piece of work has been begun, from 1.")
    public static let bytes = LogKey("bytes", "Size in bytes.")
    public static let code = LogKey("code", "The comparable code of an error, stable across releases.")
    public static let count = LogKey("count", "How many things the line speaks of.")
    public static let delayMilliseconds = LogKey("delay_ms", "How long until the next attempt, in milliseconds.")
    public static let durationMilliseconds = LogKey("duration_ms", "How long it took, in milliseconds.")
    public static let exchange = LogKey("exchange", "Name of a broker exchange.")
    public static let kind = LogKey("kind", "Which of several kinds of work it is.")
    public static let outcome = LogKey("outcome", "What became of it.")
    public static let queue = LogKey("queue", "Name of a broker queue.")
    public static let reason = LogKey("reason", "Why it happened, as a code from a closed list.")
    public static let sqlState = LogKey("sqlstate", "Five-character condition code of the database.")
    public static let traceID = LogKey("trace_id", "Trace id of the W3C trace context the work belongs to.")
    public static let version = LogKey("version", "Version of a program, schema or document.")

    /// The keys above, by name.
    public static let common: [LogKey] = [
        .address, .attempt, .bytes, .code, .count, .delayMilliseconds, .durationMilliseconds, .exchange, .kind,
        .outcome, .queue, .reason, .sqlState, .traceID, .version,
    ]
}

extension Logger {
    /// A field that every later line of this logger carries.
    public subscript(_ key: LogKey) -> Logger.MetadataValue? {
        get { self[metadataKey: key.name] }
        set { self[metadataKey: key.name] = newValue }
    }
}

extension Logger.Metadata {
    /// Metadata by declared keys: `logger.info("queue drained", metadata: .keys([.queue: "in", .count: "12"]))`.
    public static func keys(_ fields: KeyValuePairs<LogKey, Logger.MetadataValue>) -> Logger.Metadata {
        Logger.Metadata(fields.map { ($0.key.name, $0.value) }, uniquingKeysWith: { $1 })
    }
}
