import ArgumentParser
import FoundationEssentials

extension UUID {
    /// Reads an id from the command line.
    init(argument: String) throws {
        guard let id = UUID(uuidString: argument) else {
            throw ValidationError("is not an id; give one like 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b")
        }
        self = id
    }
}
