/// What a place that holds personal data is to the processor.
package enum SystemKind: String, ClosedList {
    /// The processor's own.
    case own
    /// Another processor, engaged by this one (GDPR Art. 28(2), (4)).
    case subprocessor
    /// An application that a client has enabled: outside the processor's control, the client's own to clean (K14).
    case clientIntegration = "client_integration"
    /// Where anybody can read: a forum, a blog (C5).
    case publicContent = "public_content"
    /// Under the same protection, with its own retention (K12).
    case log
    /// Nothing is taken out of it: it says when the last copy is gone (K22).
    case backup
    /// Another controller, which people may have their data handed to (GDPR Art. 20(2), Y5). It holds nothing of the processor's, and
    /// nothing is asked of it.
    case controller

    /// Whether something is done there, rather than something said about it.
    package var isActedOn: Bool {
        switch self {
        case .own, .subprocessor, .publicContent, .log: true
        case .clientIntegration, .backup, .controller: false
        }
    }
}
