import Fleet
import Yams

/// Passwords for the workers' logins, from a YAML mapping of login to password or `file:` reference.
struct WorkerPasswords {
    let byUser: [String: String]

    init(file path: String) throws {
        let root: Node?
        do {
            root = try Yams.compose(yaml: try InputFile.text(path))
        } catch is YamlError {
            throw Failure(
                path,
                "is not valid YAML, or says a key twice",
                "write lines such as habeas-intake: file:/path"
            )
        }
        guard let mapping = root?.mapping else {
            throw Failure(
                path,
                "is not a mapping of logins to passwords",
                "write lines such as habeas-intake: file:/path"
            )
        }
        let known = Topology.fleet.users.map(\.name)
        var passwords: [String: String] = [:]
        for (key, value) in mapping {
            let place = "\(path) line \(key.mark?.line ?? 0)"
            guard let name = key.scalar?.string, known.contains(name) else {
                throw Failure(place, "is not a worker's login", "use \(known.joined(separator: ", "))")
            }
            guard let text = value.scalar?.string, !text.isEmpty else {
                throw Failure("\(place): \(name)", "has no password", "write file:/path of a file that holds it")
            }
            if text.hasPrefix("file:") {
                passwords[name] = try InputFile.secret(text, field: "\(place): \(name)")
            } else {
                try WorkerPasswords.requirePrivate(path)
                passwords[name] = text
            }
        }
        byUser = passwords
    }

    private static func requirePrivate(_ path: String) throws {
        guard path != "-" else { return }
        guard FileStatus(path)?.isPrivate == true else {
            throw Failure(
                path,
                "holds passwords and is readable by others than its owner",
                "chmod 600 it, or refer to files",
                status: .configuration
            )
        }
    }
}
