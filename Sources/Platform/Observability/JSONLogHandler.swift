import Glibc
public import Logging

/// A log back-end that writes one JSON object a line, `{"ts":…,"level":…,"logger":…,"message":…,"metadata":{…}}`.
///
/// Each line leaves in one `write(2)`, so lines of threads and of processes sharing a pipe do not mix (up to the pipe's
/// atomic size). A line that cannot be written is dropped: logging never blocks or ends the program that logs.
///
/// An `error` handed to the logger becomes the field `error`: its description when its type chose one, otherwise only
/// the type's name, because the default text of an error value prints everything the value holds.
public struct JSONLogHandler: LogHandler {
    public let label: String
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    private let descriptor: Int32

    /// - Parameters:
    ///   - label: the logger's label, printed as `logger`.
    ///   - level: the least level that is written.
    ///   - descriptor: where lines go; standard error unless told otherwise. Not closed by the handler.
    public init(
        label: String,
        level: Logger.Level = .info,
        metadataProvider: Logger.MetadataProvider? = nil,
        descriptor: Int32 = 2
    ) {
        self.label = label
        self.logLevel = level
        self.metadataProvider = metadataProvider
        self.descriptor = descriptor
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var line = JSONLine()
        line.raw("{\"ts\":\"")
        line.raw(Timestamp.now())
        line.raw("\",\"level\":\"")
        line.raw(Array(event.level.rawValue.utf8))
        line.raw("\"")
        line.key("logger")
        line.string(label)
        line.key("message")
        line.string(event.message.description)
        if let error = event.error {
            line.key("error")
            line.string(Self.describe(error))
        }
        let fields = merged(with: event.metadata)
        if !fields.isEmpty {
            line.key("metadata")
            Self.append(.dictionary(fields), to: &line)
        }
        line.raw("}\n")
        write(line.bytes)
    }

    /// The event's own metadata wins over the logger's, and that over what the provider adds.
    private func merged(with own: Logger.Metadata?) -> Logger.Metadata {
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { $1 }
        if let own { all.merge(own) { $1 } }
        return all
    }

    private static func append(_ value: Logger.MetadataValue, to line: inout JSONLine) {
        switch value {
        case .string(let text):
            line.string(text)
        case .stringConvertible(let value):
            if let number = value as? Int {
                line.integer(number)
            } else {
                line.string(value.description)
            }
        case .array(let values):
            line.raw("[")
            for (index, value) in values.enumerated() {
                if index > 0 { line.raw(",") }
                append(value, to: &line)
            }
            line.raw("]")
        case .dictionary(let fields):
            line.raw("{")
            for (index, field) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
                line.key(field.key, first: index == 0)
                append(field.value, to: &line)
            }
            line.raw("}")
        }
    }

    private static func describe(_ error: any Error) -> String {
        let value: Any = error  // the compiler takes the same cast of an `any Error` for one that always succeeds
        return (value as? any CustomStringConvertible)?.description ?? String(reflecting: type(of: error))
    }

    private func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
