import Fleet
import Foundation
import Ledger
import Postgres
import Rights

/// What a list of systems makes of the data map that there is.
struct DataMapChange {
    struct Stored {
        let id: String
        let version: Int
        let body: String
        let place: Int
        let isRetired: Bool
        /// Nil where another version of the program wrote what this one cannot read.
        let system: DataSystem?

        init(row: Row) throws {
            (id, version, body, place, isRetired) = try row.decode(
                String.self,
                Int.self,
                String.self,
                Int.self,
                Bool.self
            )
            system = try? SystemFile.system(body, path: "habeas.system")
        }
    }

    enum Result: String {
        case created, changed, unchanged, restored, retired
    }

    struct Line {
        let id: String
        let result: Result
        /// The keys that differ.
        let keys: [String]
        let flags: [SystemFlag]
        /// Clients are told of a new sub-processor before it gets their data (K20).
        let isNewSubprocessor: Bool
        fileprivate let body: String
        fileprivate let place: Int
    }

    let lines: [Line]

    /// - Parameter day: on which mechanisms hold or not.
    init(_ entries: [SystemFile.Entry], over stored: [Stored], keepsOthers: Bool, on day: CivilDate) {
        let known = Dictionary(stored.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var lines: [Line] = []
        var next = (stored.map(\.place).max() ?? -1) + 1
        for (index, entry) in entries.enumerated() {
            let before = known[entry.system.id]
            var place = index
            if keepsOthers {
                // In its place, or behind all others.
                place = before.flatMap { $0.isRetired ? nil : $0.place } ?? next
                next = max(next, place + 1)
            }
            lines.append(Self.line(entry, before, place: place, on: day))
        }
        if !keepsOthers {
            let named = Set(entries.map(\.system.id))
            for old in stored where !old.isRetired && !named.contains(old.id) {
                lines.append(
                    Line(
                        id: old.id,
                        result: .retired,
                        keys: [],
                        flags: [],
                        isNewSubprocessor: false,
                        body: old.body,
                        place: old.place
                    )
                )
            }
        }
        self.lines = lines
    }

    private static func line(_ entry: SystemFile.Entry, _ before: Stored?, place: Int, on day: CivilDate) -> Line {
        let system = entry.system
        var keys = before.map { old in old.system.map(system.differences(from:)) ?? ["form"] } ?? []
        // Other comments, or another order of the keys, say nothing new.
        let isSame = keys.isEmpty
        if let before, !before.isRetired, before.place != place { keys.append("order") }
        let result: Result =
            switch before {
            case nil: .created
            case .some(let old) where old.isRetired: .restored
            case .some: keys.isEmpty ? .unchanged : .changed
            }
        // One that cannot be read was something; that it is new nobody knows.
        let wasSubprocessor =
            before.map { old in !old.isRetired && (old.system.map { $0.kind == .subprocessor } ?? true) } ?? false
        return Line(
            id: system.id,
            result: result,
            keys: keys,
            flags: system.flags(for: nil, on: day),
            isNewSubprocessor: system.kind == .subprocessor && !wasSubprocessor,
            body: isSame ? before?.body ?? entry.body : entry.body,
            place: place
        )
    }

    var isEmpty: Bool { lines.allSatisfy { $0.result == .unchanged } }

    func statements(at now: Date) -> [SQL] {
        let written = lines.filter { $0.result != .unchanged && $0.result != .retired }
        let retired = lines.filter { $0.result == .retired }.map(\.id)
        var statements: [SQL] = []
        if !written.isEmpty {
            statements.append(
                """
                INSERT INTO habeas.system AS s (id, body, place)
                SELECT * FROM unnest(\(written.map(\.id))::text[], \(written.map(\.body))::text[],
                  \(written.map { Int32($0.place) })::int4[])
                ON CONFLICT (id) DO UPDATE
                   SET body = excluded.body, place = excluded.place, retired_at = NULL, applied_at = now()
                """
            )
        }
        if !retired.isEmpty {
            statements.append(
                "UPDATE habeas.system SET retired_at = \(now), applied_at = now() WHERE id = ANY(\(retired)::text[])"
            )
        }
        return statements
    }
}

extension DataMapChange {
    /// For the evidence: which systems, which keys, which flags.
    func write(to body: inout JSONWriter) {
        body.key("systems")
        body.array(lines.filter { $0.result != .unchanged }) { list, line in
            list.object { item in
                item.member("system", line.id)
                item.member("result", line.result.rawValue)
                if !line.keys.isEmpty { item.member("changed", line.keys) }
                if !line.flags.isEmpty { item.member("flags", line.flags.map(\.rawValue)) }
            }
        }
    }

    func writeJSON(isApplied: Bool) {
        for line in lines {
            StandardOutput.write([
                "id": .string(line.id), "result": .string(line.result.rawValue), "changed": JSONValue(line.keys),
                "flags": JSONValue(line.flags.map(\.rawValue)), "announce": .bool(line.isNewSubprocessor),
                "applied": .bool(isApplied),
            ])
        }
    }

    func writeTable(isApplied: Bool) {
        var table = TextTable("SYSTEM", "RESULT", "CHANGED", "FLAGS", empty: "the data map is empty")
        for line in lines {
            table.add(
                line.id,
                line.result.rawValue,
                line.keys.isEmpty ? nil : line.keys.joined(separator: ", "),
                line.flags.isEmpty ? nil : line.flags.map(\.rawValue).joined(separator: ", ")
            )
        }
        StandardOutput.write(table)
        for line in lines where line.isNewSubprocessor {
            StandardOutput.write(
                "\(line.id) is a new sub-processor: announce it to the clients, with time to object, before it gets their data (K20; GDPR Art. 28(2))"
            )
        }
        if lines.contains(where: { !$0.flags.isEmpty }) {
            StandardOutput.write("`habeas systems list` says what takes a flag away")
        }
        if !isApplied { StandardOutput.write("nothing was changed: this was a dry run") }
    }
}
