/// Why a secret could not be had. Names the reference and never what stands behind it.
package struct SecretError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// What should refer to a secret does not: perhaps it is the secret.
        case noReference = "secret_reference"
        /// There is no such file or variable, or it may not be read.
        case absent = "secret_absent"
        /// It is empty, or has several lines, or is not text.
        case content = "secret_content"
        /// It is not `whsec_` and base64.
        case form = "secret_form"
    }

    package let code: Code
    /// Nil where even the reference may be secret.
    package let reference: SecretReference?

    init(_ code: Code, _ reference: SecretReference? = nil) {
        self.code = code
        self.reference = reference
    }

    package var description: String {
        let name = reference.map { "\($0)" } ?? "a secret"
        return switch code {
        case .noReference: "\(name): is given where a reference to it belongs; write file:/path or env:NAME"
        case .absent: "\(name): cannot be read; make it there, for this program's user to read"
        case .content: "\(name): is empty or has several lines; put the secret alone on its first line"
        case .form: "\(name): is not a webhook secret; put whsec_ and the base64 of 24 to 64 bytes there"
        }
    }
}
