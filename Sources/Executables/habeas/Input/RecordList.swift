import FoundationEssentials
import Yams

/// A YAML (or JSON) list of records: each a mapping of declared keys. Whatever is wrong is said with its line.
struct RecordList {
    let records: [Record]

    init(path: String, keys: [String]) throws {
        let text = try InputFile.text(path)
        let place = InputFile.name(path)
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            // The parser's own words quote the file.
            throw Failure(
                "\(place)\(RecordList.line(of: error))",
                "is not valid YAML, or says a key twice",
                "correct the file"
            )
        }
        guard let root, case .sequence(let sequence) = root else {
            throw Failure(
                "\(place)\(root?.mark.map { " line \($0.line)" } ?? "")",
                "is not a list",
                "begin each entry with `- id: …`"
            )
        }
        records = try sequence.map { try Record($0, path: place, keys: keys) }
        var seen: Set<String> = []
        for record in records where !seen.insert(try record.identifier("id")).inserted {
            throw record.fault("id", "is listed twice", "keep one entry for each id")
        }
    }

    private static func line(of error: YamlError) -> String {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): " line \(mark.line)"
        default: ""
        }
    }
}
