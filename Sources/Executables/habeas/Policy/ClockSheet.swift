import FoundationEssentials
import Rights

/// The clocks of a case, real or hypothetical, for people and for programs.
struct ClockSheet {
    let clocks: CaseClocks
    let place: Place

    var table: TextTable {
        var table = TextTable(
            "CLOCK",
            "DUE",
            "BINDS",
            "LAYER",
            "ARTICLE OR CLAUSE",
            "PERIOD",
            "NOTE",
            empty: "no clocks"
        )
        for entry in clocks.entries {
            table.add(
                entry.clock.rawValue,
                entry.deadline.due.map { "\(place.day(of: $0)) \(Self.time(of: $0, place))" } ?? "stands still",
                entry.binds ? "yes" : nil,
                entry.layer.rawValue,
                entry.deadline.rule.source,
                entry.deadline.rule.period.words,
                note(entry)
            )
        }
        return table
    }

    /// One plain sentence for each rule, with the rule's id: what a lawyer reads.
    var sentences: String {
        var lines: [String] = []
        for entry in clocks.entries where !entry.deadline.rule.sentence.isEmpty {
            lines.append("\(entry.deadline.rule.id): \(entry.deadline.rule.sentence) [\(entry.deadline.rule.source)]")
            for pause in entry.reading?.pauses ?? [] {
                lines.append("  \(pause.id): \(pause.sentence) [\(pause.source)]")
            }
        }
        return lines.joined(separator: "\n")
    }

    private func note(_ entry: CaseClocks.Entry) -> String? {
        var notes: [String] = []
        if let reading = entry.reading {
            if reading.state != .running {
                notes.append(reading.state.rawValue.split(separator: "_").joined(separator: " "))
            }
            if reading.isExtended { notes.append("extended") }
            if reading.waitedDays > 0 { notes.append("\(reading.waitedDays) days do not count") }
        }
        if entry.deadline.isProvisional { notes.append("provisional") }
        if entry.deadline.rule.isUnverified { notes.append("rule unverified") }
        return notes.isEmpty ? nil : notes.joined(separator: ", ")
    }

    private static func time(of instant: Date, _ place: Place) -> String {
        let local = Int(instant.timeIntervalSince1970) + place.zone.secondsFromGMT(for: instant)
        let second = ((local % 86_400) + 86_400) % 86_400
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))"
    }

    var json: JSONValue {
        .array(
            clocks.entries.map { entry in
                let rule = entry.deadline.rule
                let pauses: [String] = entry.reading?.pauses.map(\.id) ?? []
                return [
                    "clock": .string(entry.clock.rawValue), "rule": .string(rule.id),
                    "layer": .string(entry.layer.rawValue),
                    "source": .string(rule.source), "sentence": .string(rule.sentence),
                    "period": .string(rule.period.description), "extended": JSONValue(rule.extended?.description),
                    "state": .string(
                        (entry.reading?.state ?? (entry.deadline.due == nil ? .paused : .running)).rawValue
                    ),
                    "anchor_at": JSONValue(entry.deadline.anchor), "due_at": JSONValue(entry.deadline.due),
                    "last_day": JSONValue(entry.deadline.due.map { place.day(of: $0).description }),
                    "warn_at": JSONValue(entry.deadline.warnAt), "first_due_at": JSONValue(entry.reading?.firstDue),
                    "notice_due_at": JSONValue(entry.reading?.noticeDue),
                    "waited_days": .integer(entry.reading?.waitedDays ?? 0), "pauses": JSONValue(pauses),
                    "binds": .bool(entry.binds), "provisional": .bool(entry.deadline.isProvisional),
                    "unverified": .bool(rule.isUnverified),
                ]
            }
        )
    }
}
