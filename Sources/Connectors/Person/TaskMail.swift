import Fleet
import FoundationEssentials
import Rights

/// The mail that asks a person to do something at a system by hand.
///
/// It goes to the processor's own staff or to a sub-processor's, whom the data map names; never to a data subject. Its subject
/// names nobody, since subjects show on locked screens and in lists of mail. Of the person the body holds the one identity that
/// says least, and what is to be put right where something is: whoever does it needs no more (G4, K16). What would be new data
/// for a place that may get none is left out; it is shown by `habeas requests show`, with a reason that is kept (G8).
struct TaskMail {
    let content: MailContent

    /// Nil where nothing of the person is known by which anybody could be found.
    init?(_ order: TargetOrder, for person: PersonDescription) {
        let identity = order.identities.first
        guard identity != nil || order.operation == .eraseTenant else { return nil }
        let words = TaskWords(locale: person.locale)
        let task = order.task.lowercaseText
        let due = order.dueAt.map(Self.minute)
        let isOverdue = order.dueAt.map { $0 < order.now } ?? false
        var lines = [order.only == nil ? words.asks[order.operation] ?? "" : words.asksOnly, ""]
        func add(_ label: String, _ value: String?) {
            if let value { lines.append("\(label): \(value)") }
        }
        add(words.system, "\(order.system.title) (\(order.system.id))")
        let rest = order.ends.map { " (\(words.rest): \($0.sorted().joined(separator: ", ")))" }
        add(words.operation, order.operation.rawValue + (rest ?? ""))
        add(words.task, task)
        add(words.request, order.caseID.lowercaseText)
        add(words.client, order.client?.id)
        add(isOverdue ? words.wasDue : words.due, due)
        add(words.owner, person.owner)
        add(words.keeps, order.keeps.isEmpty ? nil : order.keeps.sorted().joined(separator: ", "))
        add(words.only, order.only.map { $0.sorted().joined(separator: ", ") })
        add(words.scopes, order.suppresses.isEmpty ? nil : order.suppresses.sorted().joined(separator: ", "))
        if order.operation != .eraseTenant, let identity {
            lines += ["", "\(words.person): \(identity.type.rawValue) \(Self.oneLine(identity.value))"]
        }
        lines += Self.corrections(order, words)
        if let instructions = person.instructions { lines += ["", words.instructions, instructions] }
        lines += [
            "", words.answer,
            "  habeas tasks complete \(task) --outcome done --rows N --reason \"…\"",
            "  habeas tasks complete \(task) --outcome already_absent --reason \"…\"",
            "  habeas tasks complete \(task) --outcome refused --reason \"…\"",
            "", words.noReply,
        ]
        content = MailContent(
            subject: words.subject(isOverdue: isOverdue, task: String(task.suffix(12)), system: order.system.title),
            text: lines.joined(separator: "\n") + "\n",
            locale: words.locale
        )
    }

    /// What is to be put right, for those who may get new data.
    private static func corrections(_ order: TargetOrder, _ words: TaskWords) -> [String] {
        guard !order.corrections.isEmpty else { return [] }
        let flags = order.system.flags(for: order.client, on: Place.unknown.day(of: order.now))
        guard !flags.contains(where: \.isBlocking) else {
            return [
                "", "\(words.withheld) habeas requests show \(order.caseID.lowercaseText) --reveal --why …",
            ]
        }
        return ["", words.corrections]
            + order.corrections.map { "  \(oneLine($0.field)): \(oneLine($0.value))" }
    }

    /// A value that holds line ends must not look like lines of ours.
    private static func oneLine(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: " "
                    default: scalar
                    }
                }
            )
        )
    }

    private static func minute(_ date: Date) -> String {
        EventTime.text(Date(timeIntervalSince1970: (date.timeIntervalSince1970 / 60).rounded(.down) * 60))
    }
}
