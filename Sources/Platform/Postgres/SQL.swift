/// A statement and its parameters.
///
/// Written as a string literal in which `\(value)` binds a parameter and never becomes text. What shall become text says
/// so: `\(raw:)` for trusted text, `\(identifier:)` for a quoted name, `\(fragment)` for another statement's text and
/// parameters. The text stays the same whatever the values, so that the server plans it once.
public struct SQL: Sendable {
    /// The statement as the server gets it, with `$1` … for the parameters.
    public private(set) var text: String
    private(set) var parameters: [Parameter] = []
    private(set) var writer = ParameterWriter()
    private(set) var refusedParameter: Int?

    struct Parameter: Sendable {
        let type: PostgresType
        /// Where the value lies in the writer's bytes.
        let offset: Int
        /// -1 is NULL.
        let length: Int
        /// Where `$n` stands in the text, in UTF-8 code units: renumbered when the statement becomes a fragment.
        let placeholder: Int
    }

    /// Text without parameters, trusted as it stands.
    public init(raw text: String) {
        self.text = text
    }

    /// The same statement for the purpose of recognising it.
    var withoutValues: SQL {
        var copy = self
        copy.writer = ParameterWriter()
        return copy
    }

    mutating func append(text more: String) {
        text += more
    }

    mutating func bind<Value: PostgresBindable>(_ value: Value) {
        let start = writer.bytes.count
        let isNull = value.isPostgresNull
        if !isNull { value.encode(into: &writer) }
        parameters.append(
            Parameter(
                type: Value.postgresType,
                offset: start,
                length: isNull ? -1 : writer.bytes.count - start,
                placeholder: text.utf8.count
            )
        )
        if writer.refusal != nil, refusedParameter == nil { refusedParameter = parameters.count }
        text += "$"
        text += String(parameters.count)
    }

    mutating func append(_ fragment: SQL) {
        let shift = writer.bytes.count
        let refused = fragment.refusedParameter.map { $0 + parameters.count }
        var rest = Substring(fragment.text)
        var position = 0
        for (index, parameter) in fragment.parameters.enumerated() {
            let cut = rest.utf8.index(rest.startIndex, offsetBy: parameter.placeholder - position)
            text += rest[..<cut]
            let digits = String(index + 1).utf8.count
            rest = rest[rest.utf8.index(cut, offsetBy: 1 + digits)...]
            position = parameter.placeholder + 1 + digits
            let placeholder = text.utf8.count
            parameters.append(
                Parameter(
                    type: parameter.type,
                    offset: parameter.offset + shift,
                    length: parameter.length,
                    placeholder: placeholder
                )
            )
            text += "$"
            text += String(parameters.count)
        }
        text += rest
        writer.append(contentsOf: fragment.writer)
        if refusedParameter == nil { refusedParameter = refused }
    }
}

extension SQL: ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) {
        text = value
    }

    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var sql: SQL

        public init(literalCapacity: Int, interpolationCount: Int) {
            sql = SQL(raw: "")
            sql.reserve(text: literalCapacity + interpolationCount * 3, parameters: interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) {
            sql.append(text: literal)
        }

        /// Binds the value as a parameter.
        public mutating func appendInterpolation<Value: PostgresBindable>(_ value: Value) {
            sql.bind(value)
        }

        /// The same for a value that may be absent. An overload of its own: the compiler warns of optionals otherwise, for
        /// fear that they become text.
        public mutating func appendInterpolation<Value: PostgresBindable>(_ value: Value?) {
            sql.bind(value)
        }

        /// Inserts another statement's text and its parameters, renumbered.
        public mutating func appendInterpolation(_ fragment: SQL) {
            sql.append(fragment)
        }

        /// Inserts trusted text: never anything that came from outside.
        public mutating func appendInterpolation(raw text: String) {
            sql.append(text: text)
        }

        /// Inserts one name, quoted. A dot in it is part of the name.
        public mutating func appendInterpolation(identifier name: String) {
            sql.append(
                text: "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                    + "\""
            )
        }
    }

    private mutating func reserve(text: Int, parameters count: Int) {
        self.text.reserveCapacity(text)
        parameters.reserveCapacity(count)
    }
}

/// Shows the text, never a value.
extension SQL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { text }
    public var debugDescription: String { "SQL(\(parameters.count) parameters): \(text)" }
    public var customMirror: Mirror { Mirror(self, children: ["text": text, "parameters": parameters.count]) }
}

extension SQL {
    /// What a statement does to the transaction it stands in, told from its first word.
    enum Bracket {
        case begin, commit, none
    }

    var bracket: Bracket {
        let word = text.utf8.lazy
            .drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
            .prefix(6)
            .map { $0 & 0xDF }
        if word.elementsEqual("COMMIT".utf8) { return .commit }
        if word.starts(with: "BEGIN".utf8) || word.starts(with: "START".utf8) { return .begin }
        if word.starts(with: "END".utf8) { return .commit }
        return .none
    }
}
