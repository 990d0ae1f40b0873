/// A key of the configuration, as data: the loader, the operations paper and the tests all read this list.
package struct ConfigurationKey: Sendable, Hashable {
    /// What a value must look like.
    package enum Form: Sendable, Hashable {
        case text
        /// A text that is secret as a whole: outside the environment it must be a `file:` reference.
        case password
        case flag
        case integer(ClosedRange<Int>)
        case choice([String])
        /// One to 63 of `a-z 0-9 -`.
        case identifier
    }

    /// The full name: sections and key joined by dots, as flags and error texts write it.
    package let name: String
    package let form: Form
    /// The value when none is given; nil when the key then has no value.
    package let fallback: String?
    /// The default in words, where it is not one value.
    package let fallbackNote: String?
    /// One sentence for operators, with the unit.
    package let meaning: String
    /// Never printed. May be `file:/path`; in the file and in flags it must be, when it holds a password.
    package let isSecret: Bool

    init(
        _ name: String,
        _ form: Form,
        default fallback: String? = nil,
        note: String? = nil,
        secret: Bool = false,
        _ meaning: String
    ) {
        self.name = name
        self.form = form
        self.fallback = fallback
        self.fallbackNote = note
        self.isSecret = secret
        self.meaning = meaning
    }

    /// The environment variable that overrides the file.
    package var environment: String {
        "HABEAS_" + name.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }
}

extension ConfigurationKey {
    package static let installation = ConfigurationKey(
        "installation",
        .identifier,
        default: "habeas",
        "Name of this installation in connection names and in evidence; several may share one broker."
    )
    package static let databaseURL = ConfigurationKey(
        "database.url",
        .text,
        secret: true,
        "PostgreSQL URL or keyword string, several hosts allowed."
    )
    package static let databasePool = ConfigurationKey(
        "database.pool",
        .integer(1...200),
        default: "4",
        "Connections to the database that one worker opens at most."
    )
    package static let amqpURL = ConfigurationKey(
        "amqp.url",
        .text,
        secret: true,
        "amqp:// or amqps:// URL of the broker, several hosts separated by commas."
    )
    package static let amqpManagementURL = ConfigurationKey(
        "amqp.management_url",
        .text,
        secret: true,
        "http:// or https:// URL of the broker's management API with user and password; only topology commands need it."
    )
    package static let amqpManagementCA = ConfigurationKey(
        "amqp.management_ca_file",
        .text,
        note: "the system's authorities",
        "PEM file of the authorities that may sign the management API's certificate."
    )
    package static let amqpHeartbeat = ConfigurationKey(
        "amqp.heartbeat_seconds",
        .integer(2...600),
        default: "10",
        "Heartbeat interval with the broker in seconds; a connection silent for two of them is given up."
    )
    package static let keysFile = ConfigurationKey(
        "keys.file",
        .text,
        "Path of the file with the key-encryption keys; readable by the workers' user only."
    )
    package static let policyFolder = ConfigurationKey(
        "policy.folder",
        .text,
        default: "/usr/share/habeas",
        "Folder with profiles/ and holidays/ for `habeas policy dates`, and with templates/ and authorities.yaml for letters and copies."
    )
    package static let batchCount = ConfigurationKey(
        "batch.count",
        .integer(1...5000),
        default: "200",
        "Messages in one transaction at most."
    )
    package static let batchBytes = ConfigurationKey(
        "batch.bytes",
        .integer(65_536...268_435_456),
        default: "4194304",
        "Bytes of message bodies in one transaction at most; a larger message travels alone."
    )
    package static let batchLinger = ConfigurationKey(
        "batch.linger_ms",
        .integer(0...1000),
        default: "5",
        "How long a batch that is not full waits for more, in milliseconds."
    )
    package static let lanes = ConfigurationKey(
        "lanes",
        .integer(1...32),
        default: "2",
        "Batches that one worker has under way at once, each on a database connection of its own."
    )
    package static let prefetch = ConfigurationKey(
        "prefetch",
        .integer(1...20_000),
        note: "twice batch.count for each lane",
        "Deliveries a worker holds unacknowledged at most."
    )
    package static let drainSeconds = ConfigurationKey(
        "drain_seconds",
        .integer(1...600),
        default: "20",
        "How long a worker finishes what it holds after SIGTERM, in seconds, before it is cut off."
    )
    package static let probesHost = ConfigurationKey(
        "probes.host",
        .text,
        default: "127.0.0.1",
        "IP address on which health and metrics are served."
    )
    package static let probesPort = ConfigurationKey(
        "probes.port",
        .integer(0...65_535),
        note: "a port of its own for each kind of worker, from 9410",
        "Port on which health and metrics are served; 0 takes a free one and logs it."
    )
    package static let logLevel = ConfigurationKey(
        "log.level",
        .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
        default: "info",
        "The least level of log lines that are written."
    )

    package static let mailHost = ConfigurationKey(
        "mail.host",
        .text,
        "Name or address of the relay that takes our mail; without one no mail is sent."
    )
    package static let mailPort = ConfigurationKey(
        "mail.port",
        .integer(1...65_535),
        note: "465 with `implicit`, 587 with `required`, else 25",
        "Port of the relay."
    )
    package static let mailSecurity = ConfigurationKey(
        "mail.security",
        .choice(["implicit", "required", "opportunistic", "none"]),
        default: "required",
        "TLS from the first byte, STARTTLS, STARTTLS if offered, or none; the last two need mail.internal."
    )
    package static let mailUser = ConfigurationKey("mail.user", .text, "Login at the relay, with mail.password.")
    package static let mailPassword = ConfigurationKey(
        "mail.password",
        .password,
        secret: true,
        "Password of mail.user."
    )
    package static let mailFrom = ConfigurationKey(
        "mail.from",
        .text,
        "Address that our mail comes from; needed with mail.host."
    )
    package static let mailFromName = ConfigurationKey(
        "mail.from_name",
        .text,
        "Name shown with that address, at most 100 bytes."
    )
    package static let mailReplyTo = ConfigurationKey(
        "mail.reply_to",
        .text,
        note: "`mail.from`",
        "Address that answers go to: somebody reads it."
    )
    package static let mailBouncesTo = ConfigurationKey(
        "mail.bounces_to",
        .text,
        note: "`mail.from`",
        "Envelope sender, to which relays return what they cannot deliver."
    )
    package static let mailMessageIDDomain = ConfigurationKey(
        "mail.message_id_domain",
        .text,
        note: "the domain of `mail.from`",
        "Right half of message ids, and our name in the greeting."
    )
    package static let mailConnections = ConfigurationKey(
        "mail.connections",
        .integer(1...64),
        default: "4",
        "Connections to the relay that one worker opens at most; each has a thread."
    )
    package static let mailInFlight = ConfigurationKey(
        "mail.in_flight",
        .integer(1...1000),
        default: "8",
        "Mails on their way to the relay at once, of all workers together."
    )
    package static let mailPerSecond = ConfigurationKey(
        "mail.per_second",
        .integer(1...10_000),
        note: "no limit",
        "Mails begun in a second, of all workers together."
    )
    package static let mailInternal = ConfigurationKey(
        "mail.internal",
        .flag,
        default: "false",
        "Whether the relay is one of our own: it may have a private address and be spoken to without TLS."
    )
    package static let mailCA = ConfigurationKey(
        "mail.ca_file",
        .text,
        note: "the system's authorities",
        "PEM file of the authorities that may sign the relay's certificate."
    )
    package static let outboundTimeout = ConfigurationKey(
        "outbound.timeout_seconds",
        .integer(1...120),
        default: "20",
        "How long one attempt to reach a client may take, in seconds; mail has a minute more."
    )
    package static let outboundCA = ConfigurationKey(
        "outbound.ca_file",
        .text,
        note: "the system's authorities",
        "PEM file of the authorities that may sign certificates of HTTPS targets, in place of the system's."
    )
    package static let outboundProxy = ConfigurationKey(
        "outbound.proxy",
        .text,
        secret: true,
        "http:// or https:// URL of a proxy for outgoing HTTP, with user and password if it wants them; it must refuse private addresses."
    )
    package static let outboundReferenceBase = ConfigurationKey(
        "outbound.reference_base",
        .text,
        "https:// URL under which clients fetch what a thin message refers to, and decide; thin channels need it."
    )

    /// Every key, in the order in which the operations paper shows them.
    package static let all: [ConfigurationKey] =
        [
            installation, databaseURL, databasePool, amqpURL, amqpManagementURL, amqpManagementCA, amqpHeartbeat,
            keysFile,
            policyFolder, batchCount, batchBytes, batchLinger, lanes, prefetch, drainSeconds, probesHost, probesPort,
            logLevel,
            mailHost, mailPort, mailSecurity, mailUser, mailPassword, mailFrom, mailFromName, mailReplyTo,
            mailBouncesTo,
            mailMessageIDDomain, mailConnections, mailInFlight, mailPerSecond, mailInternal, mailCA,
            outboundTimeout, outboundCA, outboundProxy, outboundReferenceBase,
        ] + exports + gateway + console

    /// The table of all keys for the operations paper, in Markdown.
    package static var markdown: String {
        let rows = all.map { key in
            let standard = key.fallbackNote ?? key.fallback.map { "`\($0)`" } ?? "none"
            let meaning = key.meaning + (key.isSecret ? " Secret." : "")
            return "| `\(key.name)` | `\(key.environment)` | \(standard) | \(meaning) |"
        }
        return (["| key | environment | default | meaning |", "|---|---|---|---|"] + rows).joined(separator: "\n")
            + "\n"
    }

    /// The known key that `name` was most likely meant to be.
    static func closest(to name: String) -> ConfigurationKey {
        func rank(_ key: ConfigurationKey) -> Int {
            if key.name.hasPrefix(name) || name.hasPrefix(key.name) { return 1 }
            // The last part alone counts too: `url` under a wrong section means some `….url`.
            return min(
                distance(name, key.name),
                distance(name.split(separator: ".").last ?? "", key.name.split(separator: ".").last ?? "") + 3
            )
        }
        return all.min { rank($0) < rank($1) } ?? installation
    }

    /// Levenshtein's: the fewest insertions, deletions and replacements that make one text of the other.
    private static func distance(_ left: some StringProtocol, _ right: some StringProtocol) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (character == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
