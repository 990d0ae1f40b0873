import Rights

/// What a task's mail says around its facts, in the languages there are; English for all others.
struct TaskWords {
    /// The language it came to.
    let locale: String
    let asks: [TargetOperation: String]
    let system, operation, rest, task, request, client, due, wasDue, owner, keeps, scopes, person, only: String
    let corrections, withheld, instructions, answer, noReply, asksOnly: String
    private let open, overdue: String

    /// Names nobody: the system's title and the end of the task's id.
    func subject(isOverdue: Bool, task: String, system: String) -> String {
        "\(isOverdue ? overdue : open) …\(task): \(system)"
    }

    init(locale: String) {
        let language = locale.split(separator: "-").first.map { $0.lowercased() }
        self = language == "de" ? .german : .english
    }

    private init(
        locale: String,
        asks: [TargetOperation: String],
        labels: [String],
        sentences: [String],
        subjects: (open: String, overdue: String)
    ) {
        self.locale = locale
        self.asks = asks
        system = labels[0]
        operation = labels[1]
        rest = labels[2]
        task = labels[3]
        request = labels[4]
        client = labels[5]
        due = labels[6]
        wasDue = labels[7]
        owner = labels[8]
        keeps = labels[9]
        scopes = labels[10]
        person = labels[11]
        only = labels[12]
        corrections = sentences[0]
        withheld = sentences[1]
        instructions = sentences[2]
        answer = sentences[3]
        noReply = sentences[4]
        asksOnly = sentences[5]
        (open, overdue) = subjects
    }

    private static let english = TaskWords(
        locale: "en",
        asks: [
            .erase: "Please erase everything held about one person in this system.",
            .rectify: "Please put right what this system holds about one person.",
            .restrict: "Please keep this system from using what it holds about one person.",
            .unrestrict: "Please lift the restriction on what this system holds about one person.",
            .suppress: "Please keep this system from using one person's data for what is named below.",
            .eraseTenant: "Please erase everything of one client in this system.",
            .collect: "Please hand over a copy of everything this system holds about one person.",
        ],
        labels: [
            "System", "To do", "what had been kept", "Task", "Request", "Client", "Due", "Was due", "Answered for by",
            "To be kept", "Not for", "Look for", "Only these categories",
        ],
        sentences: [
            "To be put right:",
            "What is to be put right may not be sent to this system; it is shown by",
            "How it is done here:",
            "Say what came of it with one of:",
            "Somebody else looks at it afterwards (habeas tasks verify). An answer to this mail completes nothing.",
            "Please hand over a copy of what this system holds about one person, of the categories below and of nothing else.",
        ],
        subjects: ("Privacy task", "Overdue: privacy task")
    )

    private static let german = TaskWords(
        locale: "de",
        asks: [
            .erase: "Bitte löschen Sie in diesem System alles, was dort über eine Person steht.",
            .rectify: "Bitte berichtigen Sie, was in diesem System über eine Person steht.",
            .restrict: "Bitte sorgen Sie dafür, dass dieses System die Daten einer Person nicht verwendet.",
            .unrestrict: "Bitte heben Sie die Einschränkung der Daten einer Person in diesem System auf.",
            .suppress:
                "Bitte sorgen Sie dafür, dass dieses System die Daten einer Person nicht für das unten Genannte verwendet.",
            .eraseTenant: "Bitte löschen Sie in diesem System alles, was von einem Kunden dort steht.",
            .collect: "Bitte geben Sie eine Kopie von allem heraus, was in diesem System über eine Person steht.",
        ],
        labels: [
            "System", "Zu tun", "was aufbewahrt worden war", "Aufgabe", "Anfrage", "Kunde", "Fällig", "War fällig",
            "Verantwortlich", "Bleibt aufbewahrt", "Nicht für", "Zu suchen", "Nur diese Kategorien",
        ],
        sentences: [
            "Zu berichtigen:",
            "Was zu berichtigen ist, darf diesem System nicht gesandt werden; es zeigt",
            "So geht es hier:",
            "Sagen Sie mit einer dieser Zeilen, was daraus geworden ist:",
            "Jemand anderes sieht danach nach (habeas tasks verify). Eine Antwort auf diese Mail erledigt nichts.",
            "Bitte geben Sie eine Kopie dessen heraus, was in diesem System über eine Person steht, aus den unten genannten Kategorien und sonst nichts.",
        ],
        subjects: ("Datenschutz-Aufgabe", "Überfällig: Datenschutz-Aufgabe")
    )
}
