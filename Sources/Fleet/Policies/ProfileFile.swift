import Outbound
package import Rights

/// Reads profiles and agreements from YAML; refuses what is longer than the law allows.
package enum ProfileFile {
    /// Reads one profile. `path` is named in faults only.
    package static func profile(_ text: String, path: String) throws(PolicyFault) -> Profile {
        let file = try YAMLMapping(text: text, path: path)
        try file.allow([
            "profile", "version", "effective_from", "title", "dispute_body", "clocks", "identity", "extension",
            "harvest", "partial_copy", "breach_approval", "posted", "contact",
        ])
        let name = try file.required("profile")
        guard name.utf8.count <= 63, name.utf8.allSatisfy(isNameByte) else {
            throw file.fault("profile", "is not a name of a-z, 0-9 and -, 63 at most", "rename it")
        }
        guard let version = try file.number("version", 1...1_000_000) else {
            throw file.fault("version", "is missing", "count the versions from 1")
        }
        let from = try file.required("effective_from")
        guard let day = CivilDate(iso: from) else {
            throw file.fault("effective_from", "is not a day", "write it as 2026-03-01")
        }
        var profile = Profile(name: name, version: version, effectiveFrom: day, title: try file.required("title"))
        if let text = try file.text("posted") {
            guard let posted = CivilDate(iso: text) else {
                throw file.fault("posted", "is not a day", "write it as 2026-03-01")
            }
            profile.posted = posted
        }
        profile.disputeBody = try file.text("dispute_body")
        if let section = try file.section("contact") { profile.contact = try contact(section) }
        if let clocks = try file.section("clocks") { profile.clocks = try settings(clocks) }
        if let identity = try file.section("identity") { profile.identity = try levels(identity) }
        if let section = try file.section("extension") {
            try section.allow(["reason", "clause"])
            profile.extending = .init(
                automaticReason: try section.required("reason"),
                clause: try section.required("clause")
            )
        }
        if let section = try file.section("harvest") {
            try section.allow(["requests", "hours", "clause"])
            guard let requests = try section.number("requests", 1...1_000_000),
                let hours = try section.number("hours", 1...8_784)
            else { throw section.fault("requests", "or hours is missing", "write both") }
            profile.harvest = .init(requests: requests, hours: hours, clause: try section.required("clause"))
        }
        if let section = try file.section("partial_copy") {
            try section.allow(["clause"])
            profile.partialCopy = .init(clause: try section.required("clause"))
        }
        if let section = try file.section("breach_approval") {
            try section.allow(["clause"])
            profile.breachApproval = .init(clause: try section.required("clause"))
        }
        return profile
    }

    /// Reads one agreement, a mapping of `name` and `clocks`.
    package static func agreement(_ text: String, path: String) throws(PolicyFault) -> Agreement {
        let file = try YAMLMapping(text: text, path: path)
        try file.allow(["name", "clocks"])
        let clocks = try file.section("clocks").map { (section) throws(PolicyFault) in try settings(section) }
        return Agreement(name: try file.required("name"), clocks: clocks ?? [:])
    }

    private static func settings(_ section: YAMLMapping) throws(PolicyFault) -> [ClockKey: Profile.Setting] {
        try section.allow(ClockKey.allCases.map(\.rawValue))
        var settings: [ClockKey: Profile.Setting] = [:]
        for name in section.keys {
            guard let key = ClockKey(rawValue: name), let clock = try section.section(name) else { continue }
            settings[key] = try setting(clock, for: key)
        }
        return settings
    }

    private static func setting(_ clock: YAMLMapping, for key: ClockKey) throws(PolicyFault) -> Profile.Setting {
        try clock.allow(["within", "clause", "says", "unverified", "pauses_as"])
        let text = try clock.required("within")
        guard let period = Period(text) else {
            throw clock.fault(
                "within",
                "is not a period",
                "write a number and one of \(Period.Unit.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        if let limit = key.limit, period.longestHours > limit.period.longestHours {
            throw clock.fault(
                "within",
                "is longer than \(limit.period.words), which nothing can lengthen (\(limit.source))",
                "write \(limit.period) or less"
            )
        }
        var regulation: Regulation?
        if let text = try clock.text("pauses_as") {
            guard let found = Regulation(rawValue: text), key == .respond else {
                throw clock.fault(
                    "pauses_as",
                    key == .respond ? "is not a regulation" : "belongs to `respond` only",
                    "use \(Regulation.words.joined(separator: ", ")), or remove it"
                )
            }
            regulation = found
        }
        return Profile.Setting(
            period: period,
            clause: try clock.required("clause"),
            sentence: try clock.required("says"),
            isUnverified: try clock.flag("unverified") ?? false,
            pausesAs: regulation
        )
    }

    private static func contact(_ section: YAMLMapping) throws(PolicyFault) -> Profile.Contact {
        try section.allow(["name", "email", "postal", "dpo"])
        for key in section.keys {
            guard TemplateText.isPlain(try section.required(key)) else {
                throw section.fault(key, "holds line ends or invisible characters", "write it in one line")
            }
        }
        let email = try section.text("email")
        if let email, (try? MailAddress(email)) == nil {
            throw section.fault("email", "is not a mail address", "write one address, as privacy@vendor.example")
        }
        return Profile.Contact(
            name: try section.required("name"),
            email: email,
            postal: try section.text("postal"),
            dpo: try section.text("dpo")
        )
    }

    private static func levels(_ section: YAMLMapping) throws(PolicyFault) -> [Right: Profile.IdentitySetting] {
        try section.allow(Right.words)
        var levels: [Right: Profile.IdentitySetting] = [:]
        for name in section.keys {
            guard let right = Right(rawValue: name), let entry = try section.section(name) else { continue }
            try entry.allow(["level", "clause"])
            let word = try entry.required("level")
            let level = VerificationLevel(rawValue: word)
            guard level != nil || word == "none" else {
                throw entry.fault(
                    "level",
                    "is not a level",
                    "use none, \(VerificationLevel.words.joined(separator: ", "))"
                )
            }
            if level == nil, right.opensData {
                throw entry.fault("level", "would open data to people nobody knows (Y6)", "ask for session at least")
            }
            if level != nil, !right.mayAskIdentity {
                throw entry.fault("level", "may not be asked for this right (Y6)", "write none")
            }
            levels[right] = .init(level: level, clause: try entry.required("clause"))
        }
        return levels
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
