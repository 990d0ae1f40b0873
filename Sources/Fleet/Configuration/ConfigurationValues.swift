import Configuration
import FoundationEssentials

/// The values of all declared keys after precedence: flags, then environment, then the file, then defaults.
struct ConfigurationValues {
    private let file: ConfigurationFile?
    private let environment: [String: String]
    private let flags: [String: String]
    private let reader: ConfigReader

    init(
        file: ConfigurationFile?,
        environment: [String: String],
        flags: [String: String]
    ) throws(ConfigurationError) {
        self.file = file
        self.environment = environment
        self.flags = flags
        let secrets = Set(ConfigurationKey.all.filter(\.isSecret).map(\.environment))
        reader = ConfigReader(providers: [
            Self.provider("flags", flags),
            EnvironmentVariablesProvider(
                environmentVariables: environment,
                secretsSpecifier: .specific(secrets)
            ).prefixKeys(with: "habeas"),
            Self.provider("file", file?.entries.mapValues(\.text) ?? [:]),
        ])
        try refuseUnknown()
    }

    private static func provider(_ name: String, _ values: [String: String]) -> InMemoryProvider {
        var known: [AbsoluteConfigKey: ConfigValue] = [:]
        for key in ConfigurationKey.all {
            guard let value = values[key.name] else { continue }
            known[AbsoluteConfigKey(ConfigKey(key.name))] = ConfigValue(.string(value), isSecret: key.isSecret)
        }
        return InMemoryProvider(name: name, values: known)
    }

    /// Flags are ours alone. Of the environment only variables that begin like one of our sections are: the prefix is
    /// also used by scripts and tests.
    private func refuseUnknown() throws(ConfigurationError) {
        for name in flags.keys.sorted() where !ConfigurationKey.all.contains(where: { $0.name == name }) {
            throw unknown(name, "--\(name)", "--\(ConfigurationKey.closest(to: name).name)")
        }
        let names = Set(ConfigurationKey.all.map(\.environment))
        let sections = Set(
            ConfigurationKey.all.filter { $0.name.contains(".") }.map {
                "HABEAS_\($0.name.prefix { $0 != "." }.uppercased())_"
            }
        )
        for name in environment.keys.sorted() where !names.contains(name) && sections.contains(where: name.hasPrefix) {
            let guess = name.dropFirst("HABEAS_".count).lowercased()
            let dotted = String(guess.prefix { $0 != "_" } + "." + guess.drop { $0 != "_" }.dropFirst())
            throw unknown(dotted, name, ConfigurationKey.closest(to: dotted).environment)
        }
    }

    private func unknown(_ name: String, _ place: String, _ closest: String) -> ConfigurationError {
        ConfigurationError(
            code: .unknownKey,
            key: name,
            place: place,
            fault: "is not a key",
            remedy: "remove it, or write \(closest) if that was meant"
        )
    }

    /// The text of a key, its `file:` reference resolved; nil when it has neither value nor default.
    func text(_ key: ConfigurationKey) throws(ConfigurationError) -> String? {
        guard let text = reader.string(forKey: ConfigKey(key.name), isSecret: key.isSecret) else { return key.fallback }
        guard !text.isEmpty else { throw fault(key, "is empty", "give a value, or remove it") }
        guard key.isSecret else { return try checked(text, key) }
        if text.hasPrefix("file:") { return try secret(at: String(text.dropFirst(5)), key) }
        guard isFromEnvironment(key) || !(key.form == .password || Self.holdsPassword(text)) else {
            throw fault(
                key,
                "holds a password where others can read it",
                "write file:/path of a file that holds it, or set \(key.environment)"
            )
        }
        return text
    }

    func integer(_ key: ConfigurationKey) throws(ConfigurationError) -> Int? {
        guard case .integer(let range) = key.form, let text = try text(key) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw fault(
                key,
                "is not a whole number from \(range.lowerBound) to \(range.upperBound)",
                "give such a number"
            )
        }
        return value
    }

    func flag(_ key: ConfigurationKey) throws(ConfigurationError) -> Bool {
        switch try text(key) {
        case "true": true
        case "false", nil: false
        default: throw fault(key, "is neither true nor false", "write true or false")
        }
    }

    private func checked(_ text: String, _ key: ConfigurationKey) throws(ConfigurationError) -> String {
        switch key.form {
        case .choice(let choices) where !choices.contains(text):
            throw fault(key, "is not one of its choices", "use one of \(choices.joined(separator: ", "))")
        case .identifier where text.wholeMatch(of: /[a-z0-9-]{1,63}/) == nil:
            throw fault(key, "is not a name of 1 to 63 of a-z, 0-9 and -", "choose such a name")
        default:
            return text
        }
    }

    private func secret(at path: String, _ key: ConfigurationKey) throws(ConfigurationError) -> String {
        guard path.hasPrefix("/"), let data = FileManager.default.contents(atPath: path), data.count <= 65_536,
            let content = String(validating: data, as: UTF8.self)
        else {
            throw ConfigurationError(
                code: .unreadable,
                key: key.name,
                place: place(of: key),
                fault: "refers to a file that cannot be read",
                remedy: "give file: and an absolute path of a text file that the worker's user may read"
            )
        }
        var text = Substring(content)
        while let last = text.last, last.isNewline { text.removeLast() }
        guard !text.isEmpty, !text.contains(where: \.isNewline) else {
            throw fault(
                key,
                "refers to a file that is empty or has several lines",
                "put the secret alone on its first line"
            )
        }
        return String(text)
    }

    /// A password in a URL's authority or as a keyword.
    private static func holdsPassword(_ text: String) -> Bool {
        text.contains(/:\/\/[^\/?#]*:[^\/?#]*@/) || text.contains(/(^|[\s?&])password\s*=/)
    }

    private func isFromEnvironment(_ key: ConfigurationKey) -> Bool {
        flags[key.name] == nil && environment[key.environment] != nil
    }

    /// Where the value in force was given.
    func place(of key: ConfigurationKey) -> String? {
        if flags[key.name] != nil { return "--\(key.name)" }
        if environment[key.environment] != nil { return key.environment }
        return file.flatMap { file in file.entries[key.name].map { file.place($0.line) } }
    }

    func fault(_ key: ConfigurationKey, _ fault: String, _ remedy: String) -> ConfigurationError {
        ConfigurationError(code: .value, key: key.name, place: place(of: key), fault: fault, remedy: remedy)
    }
}
