/// Tells addresses behind which nobody reads: those of machines that return mail, answer it by themselves, or say that they
/// must not be answered. Writing to one is in vain, and two machines that answer each other never stop.
package enum AutomaticSender {
    /// - Parameter address: `local@domain`, also within angle brackets; an empty one is the sender of bounces.
    package static func isOne(_ address: String) -> Bool {
        let bare = address.lowercased().filter { !$0.isWhitespace && $0 != "<" && $0 != ">" }
        guard !bare.isEmpty else { return true }
        let at = bare.lastIndex(of: "@") ?? bare.endIndex
        let domain = bare[at...].dropFirst()
        if let host = domain.split(separator: ".").first, domain.contains("."), bouncing.contains(String(host)) {
            return true
        }
        // What follows a plus is the owner's own mark.
        let local = bare[..<at].prefix { $0 != "+" }
        let words = local.split { separators.contains($0) }.map(String.init)
        guard let first = words.first else { return !local.isEmpty || bare.hasPrefix("+") }
        // `bounce+ann=example.org`, `bounces-17`, but not somebody called `bounce.smith`.
        if bouncing.contains(first), words.count == 1 || !local.dropFirst(first.count).hasPrefix(".") { return true }
        if words.count == 1, offices.contains(first) { return true }
        return words.indices.contains { start in
            var name = ""
            for word in words[start...].prefix(4) {
                name += word
                if names.contains(name) { return true }
            }
            return false
        }
    }

    private static let separators: Set<Character> = [".", "-", "_", "="]
    private static let bouncing: Set<String> = ["bounce", "bounces"]
    /// Only as the whole name.
    private static let offices: Set<String> = ["postmaster", "daemon", "mailer", "nobody", "devnull", "root"]
    /// In one word or in several, alone or among others: `no-reply`, `do.not.reply`, `billing_noreply`.
    private static let names: Set<String> = [
        "noreply", "noreplies", "noresponse", "nonreply", "donotreply", "dontreply", "donotrespond", "donotanswer",
        "mailerdaemon", "autoreply", "autoreplies", "autorespond", "autoresponder", "autoresponse", "automailer",
        "unattended", "keineantwort", "nichtantworten", "bittenichtantworten", "nepasrepondre", "norepondre",
        "noresponder", "nonrispondere", "naoresponda", "nietbeantwoorden",
    ]
}
