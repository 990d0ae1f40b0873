/// The names an archive has so far, without regard to case.
struct TakenNames {
    private var files: Set<String> = []
    private var folders: Set<String> = []

    /// Takes a valid name; false if an entry has it, or one of the two would have to be both file and folder.
    mutating func take(_ name: String) -> Bool {
        let name = name.lowercased()
        let parents = name.indices.filter { name[$0] == "/" }.map { String(name[..<$0]) }
        guard !files.contains(name), !folders.contains(name), files.isDisjoint(with: parents) else { return false }
        files.insert(name)
        folders.formUnion(parents)
        return true
    }
}
