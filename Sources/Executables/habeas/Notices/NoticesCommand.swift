import ArgumentParser

/// What all clients are told of before it takes effect.
struct NoticesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notices",
        abstract:
            "Tells clients of a change before it takes effect, and shows who was told and who objects (K20, C12).",
        discussion: """
            Each client has a case of its own: `habeas requests show`, `requests timeline` and `evidence verify` take the id of its \
            notice, `effects list` what was sent over which channel, `tasks list` what waits for a person.

            Example:
              habeas notices send --file notice.yaml --dry-run
              habeas notices list
            """,
        subcommands: [NoticesSend.self, NoticesList.self, NoticesShow.self]
    )
}
