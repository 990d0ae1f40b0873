import FoundationEssentials
package import Rights

/// A folder with `profiles/*.yaml` and `holidays/*.yaml`, as a processor keeps it.
package struct PolicyFolder: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// Every profile, with the text it was read from.
    package func profiles() throws -> [(profile: Profile, text: String)] {
        var read: [(profile: Profile, text: String)] = []
        for (file, text) in try texts("profiles") {
            let profile = try ProfileFile.profile(text, path: file)
            if let other = read.first(where: {
                $0.profile.name == profile.name && $0.profile.version == profile.version
            }) {
                throw PolicyFault(
                    place: "\(file): version \(profile.version) of \(other.profile.name)",
                    fault: "is in this folder twice",
                    remedy: "keep one, or give the newer one the next number"
                )
            }
            read.append((profile, text))
        }
        return read
    }

    /// The calendars of one country and its parts; none where there is no file.
    package func holidays(of country: String) throws -> [HolidayAtlas.Entry] {
        let file = "\(path)/holidays/\(country).yaml"
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        return try HolidayFile.entries(try text(file), path: file)
    }

    /// The calendars of all countries.
    package func holidays() throws -> [HolidayAtlas.Entry] {
        try texts("holidays").flatMap { try HolidayFile.entries($0.text, path: $0.file) }
    }

    private func texts(_ folder: String) throws -> [(file: String, text: String)] {
        let whole = "\(path)/\(folder)"
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: whole) else {
            throw PolicyFault(
                place: whole,
                fault: "is not a folder that can be read",
                remedy: "name the folder that holds profiles and holidays, with --policy or policy.folder"
            )
        }
        return try names.filter { $0.hasSuffix(".yaml") }.sorted().map {
            ("\(whole)/\($0)", try text("\(whole)/\($0)"))
        }
    }

    private func text(_ file: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: file), data.count <= 1 << 20,
            let text = String(validating: data, as: UTF8.self)
        else {
            throw PolicyFault(
                place: file,
                fault: "cannot be read as UTF-8 of a megabyte at most",
                remedy: "look at its mode"
            )
        }
        return text
    }
}
