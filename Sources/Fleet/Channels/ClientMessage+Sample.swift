package import FoundationEssentials
package import Rights

extension ClientMessage {
    /// What `clients test` sends: shaped like a message about a person who does not exist.
    package static func sample(
        id: UUID,
        for client: String,
        over channel: ClientChannel,
        at time: Date
    ) throws(ClientMessageError) -> ClientMessage {
        try ClientMessage(
            id: id,
            type: .channelTest,
            time: time,
            client: client,
            referencePath: "/v1/requests/\(id.lowercaseText)",
            personal: Array(person.utf8),
            mail: MailContent(
                subject: "Test of the channel \(channel.name)",
                text: """
                    This is a test of the channel \(channel.name), over which privacy requests of your customers will reach you.

                    Nothing is asked of you. It is about nobody.
                    """,
                html: """
                    <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Test of a channel</title></head><body>\
                    <p>This is a test of the channel \(channel.name), over which privacy requests of your customers will reach you.</p>\
                    <p>Nothing is asked of you. It is about nobody.</p></body></html>
                    """,
                locale: "en"
            )
        ) { data in
            data.member("channel", channel.name)
            data.member("sample", true)
        }
    }

    /// Made up; the domain is one that nobody can have (RFC 2606).
    private static let person = """
        {"identities":[{"type":"email","value":"sample.person@example.com"}],\
        "contact":{"email":"sample.person@example.com","name":"Sample Person","locale":"en"}}
        """
}
