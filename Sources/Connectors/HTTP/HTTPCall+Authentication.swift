package import Fleet
package import Outbound
package import Rights

extension HTTPCall {
    /// Adds the credentials that the data map refers to.
    package mutating func logIn(
        _ authentication: HTTPDescription.Authentication,
        secrets: SecretStore
    ) throws(SecretError) {
        switch authentication {
        case .none: break
        case .bearer(let secret): headers.append(("authorization", "Bearer \(try secrets.secret(secret))"))
        case .basic(let user, let password):
            basicAuthentication = BasicAuthentication(
                user: SecretReference(user) == nil ? user : try secrets.secret(user),
                password: try secrets.secret(password)
            )
        case .header(let name, let prefix, let secret): headers.append((name, prefix + (try secrets.secret(secret))))
        }
    }
}
