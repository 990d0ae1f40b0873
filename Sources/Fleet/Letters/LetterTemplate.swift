/// The file of a letter or of a part of letters: a subject in the first line, if it is a letter, and the body.
struct LetterTemplate: Sendable {
    let file: String
    /// Of a letter. Holds nothing but words and `{{reference}}`.
    let subject: String?
    let body: String
    let tags: [TemplateTag]

    private static let mark = "Subject: "
    private static let hole = "{{reference}}"

    /// Reads a letter.
    init(letter text: String, file: String) throws(PolicyFault) {
        let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard lines.count == 2, lines[0].hasPrefix(Self.mark) else {
            throw PolicyFault(
                place: "\(file) line 1:",
                fault: "the subject is missing",
                remedy: "begin with `Subject: WORDS {{reference}}`"
            )
        }
        let subject = String(lines[0].dropFirst(Self.mark.count))
        // Subjects are read by servers and over shoulders: nothing personal, and no name of a client.
        let words = subject.split(separator: Self.hole, omittingEmptySubsequences: false)
        guard words.count == 2, !words.joined().contains("{{"), !words.joined().contains("}}") else {
            throw PolicyFault(
                place: "\(file) line 1:",
                fault: "the subject holds another field than {{reference}}, or not that one once",
                remedy: "write words and {{reference}}"
            )
        }
        self.file = file
        self.subject = subject
        body = String(lines[1])
        tags = try TemplateTag.tags(of: body, from: 2, in: file)
    }

    /// Reads a part.
    init(partial text: String, file: String) throws(PolicyFault) {
        self.file = file
        subject = nil
        body = text
        tags = try TemplateTag.tags(of: text, from: 1, in: file)
    }

    func subject(reference: String) -> String {
        (subject ?? "").split(separator: Self.hole, omittingEmptySubsequences: false).joined(separator: reference)
    }
}
