/// Why the sandbox cannot start: a sentence with the flag, the fault and the remedy.
package struct SandboxError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
