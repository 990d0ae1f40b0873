/// A word of a closed list that says how something stands; colour only underlines what the word says.
enum Badge {
    enum Tone: String {
        case good, quiet, warning, bad
    }

    static func html(_ word: String, _ tone: Tone) -> HTML {
        "<span class=\"badge \(tone.rawValue)\">\(word.replacing("_", with: " "))</span>"
    }

    /// Of a case.
    static func state(_ state: String) -> HTML {
        switch state {
        case "fulfilled", "handed_over": html(state, .good)
        case "partly_fulfilled", "on_hold", "needs_client", "needs_identity", "needs_fee": html(state, .warning)
        default: html(state, .quiet)
        }
    }

    /// Of a clock.
    static func clock(_ state: String, secondsLeft: Double?) -> HTML {
        switch (state, secondsLeft) {
        case ("missed", _): html("missed", .bad)
        case ("open", .some(..<0)): html("overdue", .bad)
        case ("open", .some(..<86_400)): html("at risk", .warning)
        case ("met", _): html("met", .good)
        default: html(state, .quiet)
        }
    }

    /// Of a target.
    static func target(_ state: String) -> HTML {
        switch state {
        case "ok": html("takes calls", .good)
        case "quiet": html("asked for quiet", .warning)
        case "probing": html("probing", .warning)
        case "open": html("failing: circuit open", .bad)
        default: html(state, .bad)
        }
    }

    /// Of an effect.
    static func effect(_ state: String) -> HTML {
        switch state {
        case "done": html(state, .good)
        case "retrying": html(state, .warning)
        case "parked": html(state, .bad)
        default: html(state, .quiet)
        }
    }
}
