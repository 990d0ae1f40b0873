import Glibc

/// A program under way. Started without Foundation, whose `Process` crashes now and then when several start at once beside
/// hundreds of open sockets.
package struct ChildProcess: Sendable {
    package struct Failure: Error {
        package let code: Int32
    }

    private let id: pid_t

    /// Starts the program with these two for its standard input and output, and with nothing else of ours.
    ///
    /// - Parameters:
    ///   - environment: beside a path and a locale.
    ///   - errors: where its complaints go; nil throws them away.
    package init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        input: Int32,
        output: Int32,
        errors: Int32? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        if let errors {
            posix_spawn_file_actions_adddup2(&actions, errors, 2)
        } else {
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        }
        // The threads that run tasks block signals, and children would inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words = Self.texts([Self.launcher, "-c", Self.launch, path] + arguments)
        let surroundings = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"].merging(environment) { $1 }
        let variables = Self.texts(surroundings.map { "\($0)=\($1)" })
        defer { for text in words + variables { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, Self.launcher, &actions, &attributes, words, variables)
        guard code == 0 else { throw Failure(code: code) }
        self.id = id
    }

    /// Closes what children inherit of our open files and sockets, and becomes the program.
    private static let launcher = "/usr/bin/python3"
    private static let launch = "import os, sys; os.closerange(3, 1 << 20); os.execv(sys.argv[1], sys.argv[1:])"

    /// Copies, to be freed.
    private static func texts(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        var copies: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
        copies.append(nil)
        return copies
    }

    /// Blocks until it has ended, and gives its exit code; nil when a signal ended it.
    @discardableResult
    package func waitForEnd() -> Int32? {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
    }

    /// Tells it to stop, as a terminal does on ^C.
    package func interrupt() { kill(id, SIGINT) }

    /// Ends it. It has to be a child that nobody has waited for.
    package func end() {
        kill(id, SIGKILL)
        waitForEnd()
    }
}
