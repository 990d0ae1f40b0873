extension RequestSubmitted {
    /// Who it is about and what they wrote, of the first of its people: what a client needs to answer. The members of a JSON object.
    package func writePerson(to writer: inout JSONWriter) {
        writer.member("identities", subjects.first?.identities ?? [])
        writer.member("contact", subjects.first?.contact)
        writer.member("agent", agent)
        writer.member("message", message)
        writer.member("scope", scope)
        writer.member("corrections", corrections)
        writer.member("format", format)
        writer.member("recipient", recipient)
    }
}
