/// Why a processor's answer is not believed.
package struct OpenDSRDoubt: Error, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// Not made with the certificate's key over these very bytes, by RSA with PKCS#1 v1.5 padding and SHA-256.
        case signature = "bad_signature"
        /// Made in the name of a domain that the data map does not name.
        case domain = "domain_not_allowed"
        /// Discovery names no certificate.
        case certificateMissing = "certificate_missing"
        case certificateUnreachable = "certificate_unreachable"
        case certificateUnreadable = "certificate_unreadable"
        case certificateSelfSigned = "certificate_self_signed"
        case certificateExpired = "certificate_expired"
        case certificateEarly = "certificate_not_yet_valid"
        /// The domain is not among its alternative names.
        case certificateDomain = "certificate_domain"
        /// No RSA key of 2,048 bits or more, or one that is not for signatures.
        case certificateKey = "certificate_key"
        /// Nobody who is trusted has issued it.
        case certificateIssuer = "certificate_untrusted"
        /// Ours: the file of those who are trusted cannot be read.
        case authorities = "authorities_unreadable"
        /// About somebody else's request.
        case request = "other_request"
        /// Given to somebody else.
        case controller = "other_controller"
        /// A status that comes before the last one.
        case backwards = "status_went_back"
        case unreadable = "unreadable_answer"
    }

    package let code: Code

    package init(_ code: Code) { self.code = code }

    package var description: String { "the answer is not believed: \(code.rawValue)" }
}
