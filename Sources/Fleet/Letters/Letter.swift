/// What goes to a person or a client: the same facts as text and as HTML (K21).
package struct Letter: Sendable, Hashable {
    /// One line of fixed words and the case's short reference; nothing personal.
    package let subject: String
    /// Lines of 78 characters at most, longer only where a link is.
    package let text: String
    /// A whole document.
    package let html: String
    /// The language it is written in, for `Content-Language`.
    package let locale: String
}
